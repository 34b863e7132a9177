namespace Inference.Planning;

/// <summary>Inference for fixed input shapes.</summary>
internal sealed class PlanInferContext(Concretizer owner) : InferContext
{
    private Node _node = null!;
    private PlanValue?[] _inputs = [];
    private PlanValue?[] _outputs = [];

    public override Node Node => _node;

    public override int InputCount => _inputs.Length;

    public override int OutputCount => _outputs.Length;

    public void Reset(Node node, PlanValue?[] inputs, PlanValue?[] outputs)
    {
        _node = node;
        _inputs = inputs;
        _outputs = outputs;
    }

    public override bool HasInput(int index) => index < _inputs.Length && _inputs[index] is not null;

    public override ModelValueType? InputValueType(int index) => HasInput(index) ? _inputs[index]!.Type : null;

    public override Tensor? InputConstant(int index) => HasInput(index) ? _inputs[index]!.Constant : null;

    public override Dimension[]? InputShapeData(int index) => HasInput(index) ? _inputs[index]!.ShapeData : null;

    public override void SetOutput(int index, ModelValueType type)
    {
        if (index < _outputs.Length && _outputs[index] is { } output)
        {
            output.Type = type;
            output.Dims = type.Kind == ModelValueKind.Tensor ? ShapeMath.ToFixed(type.Shape) : null;
        }
    }

    public override void SetOutputShapeData(int index, Dimension[] data)
    {
        if (index < _outputs.Length && _outputs[index] is { } output && data.Length <= ShapeMath.MaxShapeData)
        {
            output.ShapeData = data;
        }
    }

    public override ModelValueType?[] InferSubgraph(ModelGraph graph, ModelValueType?[] inputTypes)
    {
        // The outer node's state is saved: a subgraph is inferred while its node is.
        (Node node, PlanValue?[] inputs, PlanValue?[] outputs) = (_node, _inputs, _outputs);
        try
        {
            return owner.InferInner(graph, inputTypes);
        }
        finally
        {
            (_node, _inputs, _outputs) = (node, inputs, outputs);
        }
    }
}
