namespace OptimizeAndServe.Training;

/// <summary>Adam over one array of parameters. Source: Kingma and Ba, 2014.</summary>
internal sealed class AdamState(int count)
{
    private readonly float[] _mean = new float[count];
    private readonly float[] _square = new float[count];
    private int _step;

    /// <summary>One step against the gradient, which is set to 0.</summary>
    public void Step(float[] values, float[] gradient, float rate)
    {
        _step++;
        float scale = rate / (1 - MathF.Pow(0.9f, _step));
        float correction = 1 / (1 - MathF.Pow(0.999f, _step));
        for (int i = 0; i < values.Length; i++)
        {
            float g = gradient[i];
            _mean[i] += 0.1f * (g - _mean[i]);
            _square[i] += 0.001f * (g * g - _square[i]);
            values[i] -= scale * _mean[i] / (MathF.Sqrt(_square[i] * correction) + 1e-8f);
        }

        Array.Clear(gradient);
    }
}
