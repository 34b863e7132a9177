namespace Inference.Ir;

/// <summary>A value inside the engine: tensor, sequence, map or optional. Immutable to operators that read it.</summary>
internal abstract class EngineValue
{
    public abstract ModelValueKind Kind { get; }
}
