namespace Inference.Operators.Training;

/// <summary>v ← alpha·v + b·g, b = beta for T &gt; 0, else 1; x ← x − r·v, or with nesterov x − r·(g + alpha·v). Source: ai.onnx.preview.training Momentum, version 1.</summary>
internal sealed class Momentum : OptimizerStep
{
    private readonly float _alpha;
    private readonly float _beta;
    private readonly bool _nesterov;

    public Momentum(Node node)
        : base(node, 1)
    {
        _alpha = node.Attributes.Float("alpha");
        _beta = node.Attributes.Float("beta");
        _nesterov = node.Attributes.String("mode") switch
        {
            "standard" => false,
            "nesterov" => true,
            string other => throw new ModelLoadException($"{node.Describe()}: attribute 'mode': expected standard or nesterov, got '{other}'."),
        };
    }

    protected override double Step(double rate, long count, double x, double gradient, Span<double> state)
    {
        state[0] = _alpha * state[0] + (count > 0 ? _beta : 1.0) * gradient;
        return x - rate * (_nesterov ? gradient + _alpha * state[0] : state[0]);
    }
}
