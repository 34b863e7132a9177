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
    /// <param name="opType">The operator's name.</param>
    /// <param name="inputs">The names of the inputs; "" for an omitted optional input.</param>
    /// <param name="outputs">The names of the outputs; "" for an unused one.</param>
    /// <param name="domain">The domain of the operator; "" for ai.onnx.</param>
    /// <param name="name">The name of the node; may be empty.</param>
    public OnnxNode(string opType, ReadOnlySpan<string> inputs, ReadOnlySpan<string> outputs, string domain = "", string name = "")
    {
        OpType = opType;
        Domain = domain;
        Name = name;
        Inputs.AddRange(inputs);
        Outputs.AddRange(outputs);
    }

    /// <summary>The name of the node; may be empty.</summary>
    public string Name { get; set; } = "";

    /// <summary>The operator's name.</summary>
    public string OpType { get; set; } = "";

    /// <summary>The domain of the operator as stated in the file; "" and "ai.onnx" denote the standard operators.</summary>
    public string Domain { get; set; } = "";

    /// <summary>The overload of a function; "" for the unnamed one.</summary>
    public string Overload { get; set; } = "";

    /// <summary>Documentation in free text.</summary>
    public string DocString { get; set; } = "";

    /// <summary>The names of the inputs; "" for an omitted optional input.</summary>
    public List<string> Inputs { get; } = [];

    /// <summary>The names of the outputs; "" for an unused one.</summary>
    public List<string> Outputs { get; } = [];

    /// <summary>The attributes, in file order.</summary>
    public List<OnnxAttribute> Attributes { get; } = [];

    /// <summary>Metadata: arbitrary keys and values.</summary>
    public OnnxMetadata Metadata => _metadata ??= new();

    /// <summary>How the node is distributed over devices, for each device configuration of the model.</summary>
    public List<OnnxNodeDeviceConfiguration> DeviceConfigurations => _devices ??= [];

    internal bool HasMetadata => _metadata is { Count: > 0 };

    internal bool HasDeviceConfigurations => _devices is { Count: > 0 };

    /// <summary>Formats the node, such as "y = Relu(x)".</summary>
    public override string ToString() =>
        $"{string.Join(", ", Outputs)} = {(Domain.Length == 0 ? "" : Domain + ".")}{OpType}({string.Join(", ", Inputs)})";
}
