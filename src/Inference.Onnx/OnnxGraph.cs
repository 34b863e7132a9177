namespace Inference.Onnx;

/// <summary>A graph: nodes in topological order and the values between them (<c>GraphProto</c>).</summary>
public sealed class OnnxGraph : OnnxMessage
{
    private OnnxMetadata? _metadata;
    private List<OnnxSparseTensor>? _sparse;
    private List<OnnxQuantizationAnnotation>? _annotations;

    /// <summary>Name of the graph.</summary>
    public string Name { get; set; } = "";

    /// <summary>Free text.</summary>
    public string DocString { get; set; } = "";

    /// <summary>The nodes, in topological order.</summary>
    public List<OnnxNode> Nodes { get; } = [];

    /// <summary>Constants, named by <see cref="OnnxTensor.Name"/>. One with the name of an input is that input's default.</summary>
    public List<OnnxTensor> Initializers { get; } = [];

    /// <summary>Sparse constants, named by their values.</summary>
    public List<OnnxSparseTensor> SparseInitializers => _sparse ??= [];

    /// <summary>The inputs; before IR version 4 they also list every initializer.</summary>
    public List<OnnxValueInfo> Inputs { get; } = [];

    /// <summary>The outputs.</summary>
    public List<OnnxValueInfo> Outputs { get; } = [];

    /// <summary>Types of values in between, where known.</summary>
    public List<OnnxValueInfo> ValueInfos { get; } = [];

    /// <summary>Which tensors hold the quantization parameters of which.</summary>
    public List<OnnxQuantizationAnnotation> QuantizationAnnotations => _annotations ??= [];

    /// <summary>Keys and values of any meaning.</summary>
    public OnnxMetadata Metadata => _metadata ??= new();

    internal bool HasMetadata => _metadata is { Count: > 0 };

    internal bool HasSparseInitializers => _sparse is { Count: > 0 };

    internal bool HasQuantizationAnnotations => _annotations is { Count: > 0 };

    /// <inheritdoc/>
    public override string ToString() => $"graph '{Name}': {Nodes.Count} nodes";
}
