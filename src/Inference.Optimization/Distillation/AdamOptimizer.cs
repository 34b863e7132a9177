namespace Inference.Optimization.Distillation;

/// <summary>Adam: moving averages of the gradient and its square scale each step. Source: Kingma and Ba, 2014; decoupled weight decay by Loshchilov and Hutter, 2017.</summary>
internal sealed class AdamOptimizer(int parameters, float weightDecay)
{
    // The paper's defaults: Kingma and Ba, "Adam", 2015.
    private const float Beta1 = 0.9f;
    private const float Beta2 = 0.999f;
    private const float Epsilon = 1e-8f;

    private readonly float[] _mean = new float[parameters];
    private readonly float[] _square = new float[parameters];
    private int _step;

    /// <summary>One step against the gradient.</summary>
    public void Step(Span<float> values, ReadOnlySpan<float> gradient, float learningRate)
    {
        _step++;
        float correction1 = 1 - MathF.Pow(Beta1, _step);
        float correction2 = 1 - MathF.Pow(Beta2, _step);
        for (int i = 0; i < values.Length; i++)
        {
            float g = gradient[i];
            _mean[i] += (1 - Beta1) * (g - _mean[i]);
            _square[i] += (1 - Beta2) * ((g * g) - _square[i]);
            values[i] -= learningRate * ((_mean[i] / correction1 / (MathF.Sqrt(_square[i] / correction2) + Epsilon)) + (weightDecay * values[i]));
        }
    }
}
