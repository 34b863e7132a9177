namespace Inference.Onnx;

/// <summary>One application of an operator or function (<c>NodeProto</c>).</summary>
public sealed partial class OnnxNode : OnnxMessage
{
    private OnnxMetadata? _metadata;
    private List<OnnxNodeDeviceConfiguration>? _devices;

    /// <summary>Creates an empty node.</summary>
    public OnnxNode()
    {
    }

    /// <summary>Creates a node.</summary>
    /// <param name="opType">The operator.</param>
    /// <param name="inputs">Names of its inputs; "" for an absent optional one.</param>
    /// <param name="outputs">Names of its outputs; "" for one that is not wanted.</param>
    /// <param name="domain">Domain of the operator; "" for ai.onnx.</param>
    /// <param name="name">Name of the node; may be empty.</param>
    public OnnxNode(string opType, ReadOnlySpan<string> inputs, ReadOnlySpan<string> outputs, string domain = "", string name = "")
    {
        OpType = opType;
        Domain = domain;
        Name = name;
        Inputs.AddRange(inputs);
        Outputs.AddRange(outputs);
    }

    /// <summary>Name of the node; may be empty.</summary>
    public string Name { get; set; } = "";

    /// <summary>The operator.</summary>
    public string OpType { get; set; } = "";

    /// <summary>Domain of the operator as the file gives it; "" (and "ai.onnx") mean the standard operators.</summary>
    public string Domain { get; set; } = "";

    /// <summary>Which overload of a function; "" for the one without a name.</summary>
    public string Overload { get; set; } = "";

    /// <summary>Free text.</summary>
    public string DocString { get; set; } = "";

    /// <summary>Names of the inputs; "" for an absent optional one.</summary>
    public List<string> Inputs { get; } = [];

    /// <summary>Names of the outputs; "" for one that is not wanted.</summary>
    public List<string> Outputs { get; } = [];

    /// <summary>The attributes, in file order.</summary>
    public List<OnnxAttribute> Attributes { get; } = [];

    /// <summary>Keys and values of any meaning.</summary>
    public OnnxMetadata Metadata => _metadata ??= new();

    /// <summary>How the node is spread over devices, per configuration of the model.</summary>
    public List<OnnxNodeDeviceConfiguration> DeviceConfigurations => _devices ??= [];

    internal bool HasMetadata => _metadata is { Count: > 0 };

    internal bool HasDeviceConfigurations => _devices is { Count: > 0 };

    /// <summary>Such as "y = Relu(x)".</summary>
    public override string ToString() =>
        $"{string.Join(", ", Outputs)} = {(Domain.Length == 0 ? "" : Domain + ".")}{OpType}({string.Join(", ", Inputs)})";
}
