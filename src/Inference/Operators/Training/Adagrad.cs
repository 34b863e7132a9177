namespace Inference.Operators.Training;

/// <summary>h ← h + g²; x ← x − r/(1 + T·decay)·g/(√h + epsilon). Source: ai.onnx.preview.training Adagrad, version 1.</summary>
internal sealed class Adagrad(Node node) : OptimizerStep(node, 1)
{
    private readonly float _decay = node.Attributes.Float("decay_factor", 0f);
    private readonly float _epsilon = node.Attributes.Float("epsilon", 1e-6f);

    protected override double Step(double rate, long count, double x, double gradient, Span<double> state)
    {
        state[0] += gradient * gradient;
        return x - rate / (1 + count * (double)_decay) * gradient / (Math.Sqrt(state[0]) + _epsilon);
    }
}
