using Inference.Operators.Scoring;

namespace Inference.Operators.Linear;

/// <summary>Y[N, T] = transform(X[N, C] × coefficientsᵀ + intercepts). Source: ONNX-ML LinearRegressor, opset 1.</summary>
internal sealed class LinearRegressor(Node node) : Operator
{
    private readonly LinearScores _scores = new(node, MlAttributes.Count(node, "targets", 1));
    private readonly PostTransform _transform = PostTransforms.Read(node);

    protected override void InferOutputs(InferContext context)
    {
        _scores.Check(context);
        context.SetOutput(0, ElementType.Float32, [FeatureRows.Rows(context, 0), Dimension.Fixed(_scores.Targets)]);
    }

    public override unsafe void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor y = context.Output(0);
        _scores.Run(context, x, context.Scratch(_scores.ScratchBytes(x)), (float*)y.Data);
        PostTransforms.Apply(_transform, (float*)y.Data, y.Dims[0], _scores.Targets);
    }

    public override void PropagateBatch(BatchContext context) => MlBatch.Rows(context);
}
