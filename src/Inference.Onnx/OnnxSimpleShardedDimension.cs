namespace Inference.Onnx;

/// <summary>N blocks along a dimension, divided into equal shards (<c>SimpleShardedDimProto</c>).</summary>
public sealed class OnnxSimpleShardedDimension : OnnxMessage
{
    /// <summary>The size that is split: a value, a symbol, or unknown. Its denotation is not used.</summary>
    public OnnxDimension Dimension { get; set; }

    /// <summary>The number of shards.</summary>
    public long ShardCount { get; set; }
}
