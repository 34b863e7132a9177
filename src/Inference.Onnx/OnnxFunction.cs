namespace Inference.Onnx;

/// <summary>A function: an operator that the model defines with other operators (<c>FunctionProto</c>).</summary>
public sealed class OnnxFunction : OnnxMessage
{
    private OnnxMetadata? _metadata;

    /// <summary>The name, which nodes use as their operator.</summary>
    public string Name { get; set; } = "";

    /// <summary>Its domain.</summary>
    public string Domain { get; set; } = "";

    /// <summary>The overload; domain, name and overload together identify the function.</summary>
    public string Overload { get; set; } = "";

    /// <summary>Documentation in free text.</summary>
    public string DocString { get; set; } = "";

    /// <summary>Names of its inputs.</summary>
    public List<string> Inputs { get; } = [];

    /// <summary>Names of its outputs.</summary>
    public List<string> Outputs { get; } = [];

    /// <summary>The names of the attributes without a default value.</summary>
    public List<string> AttributeNames { get; } = [];

    /// <summary>The attributes with a default value.</summary>
    public List<OnnxAttribute> Attributes { get; } = [];

    /// <summary>Its nodes, in topological order.</summary>
    public List<OnnxNode> Nodes { get; } = [];

    /// <summary>The operator sets its nodes use.</summary>
    public List<OnnxOperatorSet> OperatorSets { get; } = [];

    /// <summary>The types of its values, if known.</summary>
    public List<OnnxValueInfo> ValueInfos { get; } = [];

    /// <summary>Metadata: arbitrary keys and values.</summary>
    public OnnxMetadata Metadata => _metadata ??= new();

    internal bool HasMetadata => _metadata is { Count: > 0 };

    /// <inheritdoc/>
    public override string ToString() => $"function {(Domain.Length == 0 ? "" : Domain + ".")}{Name}{(Overload.Length == 0 ? "" : ":" + Overload)}";
}
