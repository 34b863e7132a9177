namespace Inference.Tests.Operators;

/// <summary>Inference over the types of a node's values, with or without their contents.</summary>
internal sealed class HarnessInferContext(Node node, EngineValue?[] inputs, bool known) : InferContext
{
    public ModelValueType?[] Results { get; } = new ModelValueType?[node.Outputs.Count];

    public Dimension[]?[] ShapeData { get; } = new Dimension[]?[node.Outputs.Count];

    public override Node Node => node;

    public override int InputCount => node.Inputs.Count;

    public override int OutputCount => node.Outputs.Count;

    public override bool HasInput(int index) => node.HasInput(index);

    public override ModelValueType? InputValueType(int index) => node.HasInput(index) ? node.Inputs[index]!.Type : null;

    public override Tensor? InputConstant(int index) => known && index < inputs.Length ? inputs[index] as Tensor : null;

    public override EngineValue? InputValue(int index) => known && index < inputs.Length ? inputs[index] : null;

    public override Dimension[]? InputShapeData(int index)
    {
        if (InputConstant(index) is not { Rank: <= 1 } tensor || tensor.Type is not (ElementType.Int32 or ElementType.Int64))
        {
            return null;
        }

        long[] values = tensor.ToInt64Array();
        return Array.Exists(values, v => v < 0) ? null : Shapes.Fixed(values);
    }

    public override void SetOutput(int index, ModelValueType type) => Results[index] = type;

    public override void SetOutputShapeData(int index, Dimension[] data) => ShapeData[index] = data;

    public override ModelValueType?[] InferSubgraph(ModelGraph graph, ModelValueType?[] inputTypes) => new ModelValueType?[graph.Outputs.Count];
}
