namespace Inference.Rewriting.Facts;

/// <summary>Inference over what is found of values while the batch is followed. Results stay here: the graph's values are not touched.</summary>
internal sealed class BatchInferContext(BatchFlow flow) : InferContext
{
    private Node _node = null!;
    private bool _bySizes;

    public override Node Node => _node;

    public override int InputCount => _node.Inputs.Count;

    public override int OutputCount => _node.Outputs.Count;

    /// <summary>What the operator said of its outputs' types.</summary>
    public ModelValueType?[] Types { get; private set; } = [];

    /// <summary>What the operator said of its outputs' elements.</summary>
    public Dimension[]?[] Data { get; private set; } = [];

    /// <summary>Infers a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="bySizes">Whether elements of inputs are named by how they depend on the batch instead of being unknown: what comes out tells which went where.</param>
    public void Infer(Node node, bool bySizes)
    {
        _node = node;
        _bySizes = bySizes;
        Types = new ModelValueType?[node.Outputs.Count];
        Data = new Dimension[]?[node.Outputs.Count];
        try
        {
            node.Operator!.Infer(this);
        }
        catch (Exception exception) when (exception is (InferenceException and not DeadlineExceededException) or IndexOutOfRangeException or OverflowException or ArgumentException
            or InvalidCastException or NullReferenceException or DivideByZeroException)
        {
            // Less is known here than at load, where the node was inferred or refused.
            Array.Clear(Types);
            Array.Clear(Data);
        }
    }

    public override bool HasInput(int index) => _node.HasInput(index);

    public override ModelValueType? InputValueType(int index) => HasInput(index) ? flow.FactOf(_node.Inputs[index]!).Type : null;

    public override Tensor? InputConstant(int index) => HasInput(index) ? _node.Inputs[index]!.Constant : null;

    public override Dimension[]? InputShapeData(int index)
    {
        BatchFact? fact = HasInput(index) ? flow.FactOf(_node.Inputs[index]!) : null;
        return _bySizes ? fact?.Sizes : fact?.Data;
    }

    public override void SetOutput(int index, ModelValueType type)
    {
        if (HasOutput(index))
        {
            Types[index] = type;
        }
    }

    public override void SetOutputShapeData(int index, Dimension[] data)
    {
        if (HasOutput(index) && data.Length <= ShapeMath.MaxShapeData)
        {
            Data[index] = data;
        }
    }

    // What depends on the batch is not followed into inner graphs; what does not needs no shapes.
    public override ModelValueType?[] InferSubgraph(ModelGraph graph, ModelValueType?[] inputTypes) => new ModelValueType?[graph.Outputs.Count];
}
