namespace Inference.Onnx;

/// <summary>How one input or output of a node is sharded (<c>ShardingSpecProto</c>).</summary>
public sealed class OnnxShardingSpec : OnnxMessage
{
    /// <summary>The value.</summary>
    public string TensorName { get; set; } = "";

    /// <summary>Indices of devices; a negative index refers to a group in <see cref="DeviceGroups"/>.</summary>
    public long[] Devices { get; set; } = [];

    /// <summary>The device groups that negative indices refer to, each of which holds copies.</summary>
    public List<OnnxDeviceGroup> DeviceGroups { get; } = [];

    /// <summary>The axes that are split.</summary>
    public List<OnnxShardedDimension> Dimensions { get; } = [];
}
