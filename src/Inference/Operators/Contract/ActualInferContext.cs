namespace Inference.Operators.Contract;

/// <summary>Inference over actual values: everything about the inputs is known. Reused from node to node; not thread-safe.</summary>
internal sealed class ActualInferContext : InferContext
{
    private Node _node = null!;
    private EngineValue?[] _inputs = [];
    private ModelValueType?[] _outputs = [];
    private bool[] _read = [];

    public override Node Node => _node;

    public override int InputCount => _inputs.Length;

    public override int OutputCount => _node.Outputs.Count;

    /// <summary>Starts a node. The arrays are the caller's and may be reused after the node is done.</summary>
    public void Reset(Node node, EngineValue?[] inputs)
    {
        _node = node;
        _inputs = inputs;
        if (_outputs.Length < node.Outputs.Count)
        {
            _outputs = new ModelValueType?[node.Outputs.Count];
        }

        if (_read.Length < inputs.Length)
        {
            _read = new bool[inputs.Length];
        }

        Array.Clear(_outputs);
        Array.Clear(_read);
    }

    /// <summary>Whether the operator was given an input's contents.</summary>
    public bool WasRead(int index) => _read[index];

    /// <summary>What the operator stated of an output; null where nothing.</summary>
    public ModelValueType? OutputValueType(int index) => _outputs[index];

    /// <summary>The stated fixed shape of an output; null where it is not a tensor of fixed shape.</summary>
    public long[]? FixedOutputShape(int index) => _outputs[index] is { Kind: ModelValueKind.Tensor } type ? ShapeMath.ToFixed(type.Shape) : null;

    public override bool HasInput(int index) => index < _inputs.Length && _inputs[index] is not null;

    public override ModelValueType? InputValueType(int index) => HasInput(index) ? TypeOf(_inputs[index]!) : null;

    public override Tensor? InputConstant(int index) => InputValue(index) as Tensor;

    public override EngineValue? InputValue(int index)
    {
        if (!HasInput(index))
        {
            return null;
        }

        _read[index] = true;
        return _inputs[index];
    }

    public override Dimension[]? InputShapeData(int index) => InputConstant(index) is { } tensor ? ShapeMath.DataOf(tensor) : null;

    public override void SetOutput(int index, ModelValueType type)
    {
        if (index < OutputCount)
        {
            _outputs[index] = type;
        }
    }

    public override void SetOutputShapeData(int index, Dimension[] data)
    {
    }

    public override ModelValueType?[] InferSubgraph(ModelGraph graph, ModelValueType?[] inputTypes) => new ModelValueType?[graph.Outputs.Count];

    /// <summary>The type of an actual value.</summary>
    public static ModelValueType TypeOf(EngineValue value) => value switch
    {
        Tensor tensor => ModelValueType.Tensor(tensor.Type, ShapeMath.ToDimensions(tensor.Dims)),
        SequenceData sequence => ModelValueType.Sequence(sequence.Items.Length > 0 && sequence.Items[0] is not Tensor
            ? TypeOf(sequence.Items[0])
            : ModelValueType.Tensor(sequence.ElementType)),
        OptionalData optional => ModelValueType.Optional(optional.Value is null ? null : TypeOf(optional.Value)),
        MapData map => ModelValueType.Map(map.Keys.Type, ModelValueType.Tensor(map.Values.Type)),
        _ => throw new InvalidOperationException($"Unknown value {value}."),
    };
}
