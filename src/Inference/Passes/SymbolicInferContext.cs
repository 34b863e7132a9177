using Inference.Graph;
using Inference.Operators;

namespace Inference.Passes;

/// <summary>Inference at load: what is declared or inferred so far, symbols included. Results go to the values of the graph.</summary>
internal sealed class SymbolicInferContext(ShapeInference inference) : InferContext
{
    private Node _node = null!;

    public override Node Node => _node;

    public override int InputCount => _node.Inputs.Count;

    public override int OutputCount => _node.Outputs.Count;

    public void Reset(Node node) => _node = node;

    public override bool HasInput(int index) => _node.HasInput(index);

    public override ModelValueType? InputValueType(int index) => HasInput(index) ? _node.Inputs[index]!.Type : null;

    public override Tensor? InputConstant(int index) => HasInput(index) ? _node.Inputs[index]!.Constant : null;

    public override Dimension[]? InputShapeData(int index) => HasInput(index) ? _node.Inputs[index]!.ShapeData : null;

    public override void SetOutput(int index, ModelValueType type)
    {
        if (HasOutput(index))
        {
            Value output = _node.Outputs[index]!;
            output.Type = TypeMerge.Merge(output.Type, type, out string? conflict);
            if (conflict is not null)
            {
                throw Error($"output {index} '{output.Name}': {conflict}");
            }
        }
    }

    public override void SetOutputShapeData(int index, Dimension[] data)
    {
        if (HasOutput(index) && data.Length <= ShapeMath.MaxShapeData)
        {
            _node.Outputs[index]!.ShapeData = data;
        }
    }

    public override ModelValueType?[] InferSubgraph(ModelGraph graph, ModelValueType?[] inputTypes) => inference.InferInner(graph, inputTypes);
}
