using System.Buffers;
using System.Collections.ObjectModel;
using Inference.Onnx;
using Inference.Providers;

namespace Inference.Conformance.Graphs;

/// <summary>A whole model in memory as the graph that providers are asked about.</summary>
public sealed class ModelGraph : GraphView
{
    private readonly OnnxModel _model;
    private readonly Dictionary<string, TensorValue> _constants = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ModelValueType> _types = new(StringComparer.Ordinal);

    /// <summary>Makes a view of a model; the model must not be changed afterwards.</summary>
    public ModelGraph(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        _model = model;
        Opsets = new ReadOnlyDictionary<string, long>(model.OperatorSets.ToDictionary(static set => set.Domain == "ai.onnx" ? "" : set.Domain, static set => set.Version));
        Nodes = [.. model.Graph.Nodes.Select(static (node, index) => new ModelGraphNode(node, index))];
        foreach (OnnxTensor initializer in model.Graph.Initializers)
        {
            TensorValue value = ModelValues.FromOnnx(initializer);
            _constants.Add(initializer.Name, value);
            _types[initializer.Name] = ModelValueType.Tensor(value.ElementType, [.. value.Shape.ToArray().Select(Dimension.Fixed)]);
        }

        Inputs = [.. model.Graph.Inputs.Where(input => !_constants.ContainsKey(input.Name)).Select(Port)];
        Outputs = [.. model.Graph.Outputs.Select(Port)];
        foreach (OnnxValueInfo value in model.Graph.ValueInfos)
        {
            Port(value);
        }
    }

    /// <inheritdoc/>
    public override string ModelName => _model.Graph.Name;

    /// <inheritdoc/>
    public override bool IsWholeModel => true;

    /// <inheritdoc/>
    public override string? SourcePath => null;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, long> Opsets { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<GraphNode> Nodes { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<ModelPort> Inputs { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<ModelPort> Outputs { get; }

    /// <inheritdoc/>
    public override ModelValueType? GetValueType(string valueName) => _types.GetValueOrDefault(valueName);

    /// <inheritdoc/>
    public override TensorValue? GetConstant(string valueName) => _constants.GetValueOrDefault(valueName);

    /// <inheritdoc/>
    public override void WriteModel(IBufferWriter<byte> to) => _model.Write(to);

    private ModelPort Port(OnnxValueInfo value)
    {
        ModelValueType type = TypeFrom(value.Type!);
        _types[value.Name] = type;
        return new ModelPort(value.Name, type);
    }

    private static ModelValueType TypeFrom(OnnxType type) => type.Kind switch
    {
        OnnxTypeKind.Tensor => ModelValueType.Tensor((ElementType)(int)type.ElementType, type.Shape is null ? null : [.. type.Shape.Dimensions.Select(DimensionFrom)]),
        OnnxTypeKind.Map => ModelValueType.Map((ElementType)(int)type.KeyType, TypeFrom(type.Element!)),
        OnnxTypeKind.Sequence => ModelValueType.Sequence(TypeFrom(type.Element!)),
        _ => ModelValueType.Optional(TypeFrom(type.Element!)),
    };

    private static Dimension DimensionFrom(OnnxDimension dimension) =>
        dimension.Value is { } size ? Dimension.Fixed(size) : dimension.Param is { } symbol ? Dimension.Named(symbol) : Dimension.Unknown;
}
