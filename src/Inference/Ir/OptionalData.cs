namespace Inference.Ir;

/// <summary>An optional inside the engine; its value owns its memory (never arena memory).</summary>
internal sealed class OptionalData(EngineValue? value) : EngineValue
{
    public override ModelValueKind Kind => ModelValueKind.Optional;

    public EngineValue? Value => value;
}
