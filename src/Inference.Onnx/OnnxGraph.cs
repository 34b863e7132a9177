namespace Inference.Onnx;

/// <summary>A graph: nodes in topological order and the values that connect them (<c>GraphProto</c>).</summary>
public sealed class OnnxGraph : OnnxMessage
{
    private OnnxMetadata? _metadata;
    private List<OnnxSparseTensor>? _sparse;
    private List<OnnxQuantizationAnnotation>? _annotations;

    /// <summary>The name of the graph.</summary>
    public string Name { get; set; } = "";

    /// <summary>Documentation in free text.</summary>
    public string DocString { get; set; } = "";

    /// <summary>The nodes, in topological order.</summary>
    public List<OnnxNode> Nodes { get; } = [];

    /// <summary>Constants, named by <see cref="OnnxTensor.Name"/>. An initializer with the name of an input is the default value of that input.</summary>
    public List<OnnxTensor> Initializers { get; } = [];

    /// <summary>Sparse constants, named by their values.</summary>
    public List<OnnxSparseTensor> SparseInitializers => _sparse ??= [];

    /// <summary>The inputs; before IR version 4 they also list every initializer.</summary>
    public List<OnnxValueInfo> Inputs { get; } = [];

    /// <summary>The outputs.</summary>
    public List<OnnxValueInfo> Outputs { get; } = [];

    /// <summary>The types of intermediate values, if known.</summary>
    public List<OnnxValueInfo> ValueInfos { get; } = [];

    /// <summary>The quantization parameters of tensors.</summary>
    public List<OnnxQuantizationAnnotation> QuantizationAnnotations => _annotations ??= [];

    /// <summary>Metadata: arbitrary keys and values.</summary>
    public OnnxMetadata Metadata => _metadata ??= new();

    internal bool HasMetadata => _metadata is { Count: > 0 };

    internal bool HasSparseInitializers => _sparse is { Count: > 0 };

    internal bool HasQuantizationAnnotations => _annotations is { Count: > 0 };

    /// <inheritdoc/>
    public override string ToString() => $"graph '{Name}': {Nodes.Count} nodes";
}
