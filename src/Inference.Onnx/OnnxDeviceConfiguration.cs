namespace Inference.Onnx;

/// <summary>A set of devices the model can be spread over (<c>DeviceConfigurationProto</c>).</summary>
public sealed class OnnxDeviceConfiguration : OnnxMessage
{
    /// <summary>Its name.</summary>
    public string Name { get; set; } = "";

    /// <summary>How many devices.</summary>
    public int DeviceCount { get; set; }

    /// <summary>Their names; may be empty.</summary>
    public List<string> Devices { get; } = [];
}
