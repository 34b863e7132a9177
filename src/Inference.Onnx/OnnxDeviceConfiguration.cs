namespace Inference.Onnx;

/// <summary>A set of devices over which the model can be distributed (<c>DeviceConfigurationProto</c>).</summary>
public sealed class OnnxDeviceConfiguration : OnnxMessage
{
    /// <summary>Its name.</summary>
    public string Name { get; set; } = "";

    /// <summary>The number of devices.</summary>
    public int DeviceCount { get; set; }

    /// <summary>The names of the devices; may be empty.</summary>
    public List<string> Devices { get; } = [];
}
