namespace Inference.Ir;

/// <summary>A map inside the engine: int64 or string keys [n] and values [n], both owning their memory.</summary>
internal sealed class MapData(Tensor keys, Tensor values) : EngineValue
{
    public override ModelValueKind Kind => ModelValueKind.Map;

    public Tensor Keys => keys;

    public Tensor Values => values;
}
