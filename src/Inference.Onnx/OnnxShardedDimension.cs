namespace Inference.Onnx;

/// <summary>How one axis is split (<c>ShardedDimProto</c>).</summary>
public sealed class OnnxShardedDimension : OnnxMessage
{
    /// <summary>The axis; negative values count from the last.</summary>
    public long Axis { get; set; }

    /// <summary>The pieces.</summary>
    public List<OnnxSimpleShardedDimension> Parts { get; } = [];
}
