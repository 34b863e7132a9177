using System.Buffers;
using Inference.Import;
using Inference.Onnx;
using Inference.Providers;
using Inference.Serving;

namespace Inference.Placement;

/// <summary>A graph of the file, or a part of it as a separate model, as presented to providers.</summary>
internal sealed class OnnxGraphView : GraphView
{
    private readonly OnnxModel _model;
    private readonly OnnxGraph _graph;
    private readonly Func<string, ModelValueType?> _types;
    private readonly bool _embeds;
    private readonly Lazy<Dictionary<string, OnnxTensor>> _constants;
    private readonly Dictionary<string, TensorValue> _values = new(StringComparer.Ordinal);

    /// <summary>Makes a view.</summary>
    /// <param name="model">The model whose main graph is <paramref name="graph"/>, or around it.</param>
    /// <param name="graph">The graph.</param>
    /// <param name="name">The model's name, for messages.</param>
    /// <param name="sourcePath">The file, if the view is the whole model.</param>
    /// <param name="types">Inferred types by name.</param>
    /// <param name="whole">Whether the view is the whole model.</param>
    /// <param name="outer">Constants of the enclosing graphs.</param>
    /// <param name="dataDirectory">The directory of the external data that the original bytes refer to.</param>
    /// <param name="embeds">Whether external data is written into the model, so that nobody reads the files again.</param>
    public OnnxGraphView(OnnxModel model, OnnxGraph graph, string name, string? sourcePath, Func<string, ModelValueType?> types, bool whole, IReadOnlyDictionary<string, OnnxTensor>? outer = null, string? dataDirectory = null, bool embeds = false)
    {
        _model = model;
        _graph = graph;
        _types = types;
        _embeds = embeds;
        ModelName = name;
        SourcePath = whole ? sourcePath : null;
        IsWholeModel = whole;
        ExternalDataDirectory = dataDirectory;
        HashSet<(string, string)> functions = [.. model.Functions.Select(f => (ModelImporter.Canonical(f.Domain), f.Name))];
        Nodes = [.. new NodeOrder().Sort(graph.Nodes, graph.Name).Select((n, i) => new OnnxGraphNode(n, i, functions.Contains((ModelImporter.Canonical(n.Domain), n.OpType))))];
        _constants = new(() => ConstantsOf(graph, outer, whole || model.IrVersion < 4 ? [] : graph.Inputs.Select(i => i.Name)));
        HashSet<string> initialized = [.. graph.Initializers.Select(i => i.Name), .. graph.SparseInitializers.Select(i => i.Name)];
        Inputs = [.. graph.Inputs.Where(i => !initialized.Contains(i.Name)).Select(Port)];
        Outputs = [.. graph.Outputs.Select(Port)];
        Opsets = model.OperatorSets.DistinctBy(s => ModelImporter.Canonical(s.Domain)).ToDictionary(s => ModelImporter.Canonical(s.Domain), s => s.Version);
    }

    public override string ModelName { get; }

    public override bool IsWholeModel { get; }

    public override string? SourcePath { get; }

    public override string? ExternalDataDirectory { get; }

    public override bool IsEncrypted => _model.IsEncrypted;

    public override IReadOnlyDictionary<string, long> Opsets { get; }

    public override IReadOnlyList<GraphNode> Nodes { get; }

    public override IReadOnlyList<ModelPort> Inputs { get; }

    public override IReadOnlyList<ModelPort> Outputs { get; }

    public IReadOnlyDictionary<string, OnnxTensor> Constants => _constants.Value;

    public override ModelValueType? GetValueType(string valueName) => _types(valueName);

    public override TensorValue? GetConstant(string valueName)
    {
        lock (_values)
        {
            if (!_values.TryGetValue(valueName, out TensorValue? value) && _constants.Value.TryGetValue(valueName, out OnnxTensor? tensor))
            {
                value = (TensorValue)Serving.ValueConversion.ToModel(TensorImport.FromOnnx(tensor), MemoryBudget.Unlimited);
                _values.Add(valueName, value);
            }

            return value;
        }
    }

    public override void WriteModel(IBufferWriter<byte> to)
    {
        if (IsWholeModel && _model.SourceBytes is { Length: > 0 } source && !(_embeds && _model.GetTensors().Any(static t => t.HasExternalData)))
        {
            to.Write(source.Span);
        }
        else
        {
            _model.Write(to);
        }
    }

    // Initializers that a call can override are not constants.
    private static Dictionary<string, OnnxTensor> ConstantsOf(OnnxGraph graph, IReadOnlyDictionary<string, OnnxTensor>? outer, IEnumerable<string> defaults)
    {
        var constants = new Dictionary<string, OnnxTensor>(outer ?? new Dictionary<string, OnnxTensor>(), StringComparer.Ordinal);
        foreach (OnnxTensor tensor in graph.Initializers.ExceptBy(defaults, i => i.Name))
        {
            constants[tensor.Name] = tensor;
        }

        foreach (OnnxNode node in graph.Nodes)
        {
            if (ModelImporter.IsConstant(node.Domain, node.OpType) && node.Attribute("value")?.Tensor is { } value && node.Outputs.Count == 1)
            {
                constants[node.Outputs[0]] = value;
            }
        }

        return constants;
    }

    private ModelPort Port(OnnxValueInfo info) =>
        new(info.Name, TypeImport.FromOnnx(info.Type) ?? _types(info.Name) ?? ModelValueType.Tensor(ElementType.Undefined));
}
