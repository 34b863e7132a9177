namespace Inference.Operators.Training;

/// <summary>
/// v ← alpha·v + (1 − alpha)·g; h ← beta·h + (1 − beta)·g²; x ← (1 − norm_coefficient_post)·(x − r'·v/(√h + epsilon)), r' = r·√(1 − beta^T)/(1 − alpha^T) for T &gt; 0.
/// Source: ai.onnx.preview.training Adam, version 1.
/// </summary>
internal sealed class Adam(Node node) : OptimizerStep(node, 2)
{
    private readonly float _alpha = node.Attributes.Float("alpha", 0.9f);
    private readonly float _beta = node.Attributes.Float("beta", 0.999f);
    private readonly float _epsilon = node.Attributes.Float("epsilon", 1e-6f);
    private readonly float _post = node.Attributes.Float("norm_coefficient_post", 0f);

    protected override double Step(double rate, long count, double x, double gradient, Span<double> state)
    {
        state[0] = _alpha * state[0] + (1 - (double)_alpha) * gradient;
        state[1] = _beta * state[1] + (1 - (double)_beta) * gradient * gradient;
        double adjusted = count > 0 ? rate * Math.Sqrt(1 - Math.Pow(_beta, count)) / (1 - Math.Pow(_alpha, count)) : rate;
        return (1 - (double)_post) * (x - adjusted * state[0] / (Math.Sqrt(state[1]) + _epsilon));
    }
}
