namespace Inference.Onnx;

/// <summary>A group of devices that hold the same shard (<c>IntIntListEntryProto</c>).</summary>
public sealed class OnnxDeviceGroup : OnnxMessage
{
    /// <summary>The index of the group.</summary>
    public long Key { get; set; }

    /// <summary>The indices of its devices.</summary>
    public long[] Devices { get; set; } = [];
}
