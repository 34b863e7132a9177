namespace Inference.Rewriting.Facts;

/// <summary>Inference at load: what is inferred so far, symbols included. Results go to the values of the graph; what the file declares of them is only checked for contradiction.</summary>
internal sealed class SymbolicInferContext(ShapeInference inference) : InferContext
{
    private Node _node = null!;

    public override Node Node => _node;

    public override int InputCount => _node.Inputs.Count;

    public override int OutputCount => _node.Outputs.Count;

    /// <summary>Starts a node; what an earlier inference said of its outputs is forgotten.</summary>
    public void Reset(Node node)
    {
        _node = node;
        foreach (Value? output in node.Outputs)
        {
            if (output is not null)
            {
                output.Type = null;
                output.ShapeData = null;
            }
        }
    }

    public override bool HasInput(int index) => _node.HasInput(index);

    public override ModelValueType? InputValueType(int index) => HasInput(index) ? _node.Inputs[index]!.Type : null;

    public override Tensor? InputConstant(int index) => HasInput(index) ? _node.Inputs[index]!.Constant : null;

    public override Dimension[]? InputShapeData(int index) => HasInput(index) ? _node.Inputs[index]!.ShapeData : null;

    public override void SetOutput(int index, ModelValueType type)
    {
        if (HasOutput(index))
        {
            Value output = _node.Outputs[index]!;
            output.Type = type;
            TypeMerge.Merge(output.Declared, type, out string? conflict);
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
