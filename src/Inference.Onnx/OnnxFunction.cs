namespace Inference.Onnx;

/// <summary>A function: an operator defined by other operators inside the model (<c>FunctionProto</c>).</summary>
public sealed class OnnxFunction : OnnxMessage
{
    private OnnxMetadata? _metadata;

    /// <summary>Its name, which nodes use as operator.</summary>
    public string Name { get; set; } = "";

    /// <summary>Its domain.</summary>
    public string Domain { get; set; } = "";

    /// <summary>Its overload; domain, name and overload together identify the function.</summary>
    public string Overload { get; set; } = "";

    /// <summary>Free text.</summary>
    public string DocString { get; set; } = "";

    /// <summary>Names of its inputs.</summary>
    public List<string> Inputs { get; } = [];

    /// <summary>Names of its outputs.</summary>
    public List<string> Outputs { get; } = [];

    /// <summary>Names of the attributes it takes that have no default.</summary>
    public List<string> AttributeNames { get; } = [];

    /// <summary>The attributes it takes that have a default, with that default.</summary>
    public List<OnnxAttribute> Attributes { get; } = [];

    /// <summary>Its nodes, in topological order.</summary>
    public List<OnnxNode> Nodes { get; } = [];

    /// <summary>The operator sets its nodes use.</summary>
    public List<OnnxOperatorSet> OperatorSets { get; } = [];

    /// <summary>Types of its values, where known.</summary>
    public List<OnnxValueInfo> ValueInfos { get; } = [];

    /// <summary>Keys and values of any meaning.</summary>
    public OnnxMetadata Metadata => _metadata ??= new();

    internal bool HasMetadata => _metadata is { Count: > 0 };

    /// <inheritdoc/>
    public override string ToString() => $"function {(Domain.Length == 0 ? "" : Domain + ".")}{Name}{(Overload.Length == 0 ? "" : ":" + Overload)}";
}
