namespace Inference.Ir;

/// <summary>A sequence inside the engine. Immutable: operators make new ones. Items own their memory (never arena memory).</summary>
internal sealed class SequenceData(EngineValue[] items, ElementType elementType) : EngineValue
{
    public override ModelValueKind Kind => ModelValueKind.Sequence;

    public EngineValue[] Items => items;

    public ElementType ElementType => elementType;
}
