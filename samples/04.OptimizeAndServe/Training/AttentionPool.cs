using System.Numerics.Tensors;
using OptimizeAndServe.World;

namespace OptimizeAndServe.Training;

/// <summary>Pools the clicks of a user: p = Σ_j α_j·x_j, α = softmax_j(x_j·a), with a learnt.</summary>
internal sealed class AttentionPool
{
    private const int Length = ClickWorld.HistoryLength;
    private readonly int _width;
    private readonly float[] _gradient;
    private readonly AdamState _state;

    public AttentionPool(int width, Random random)
    {
        _width = width;
        _gradient = new float[width];
        _state = new AdamState(width);
        Vector = new float[width];
        for (int i = 0; i < width; i++)
        {
            Vector[i] = random.Normal() / MathF.Sqrt(width) * 0.1f;
        }
    }

    /// <summary>[width].</summary>
    public float[] Vector { get; }

    /// <param name="x">[requests · 50, width].</param>
    /// <param name="weights">Receives α, [requests, 50].</param>
    /// <param name="pooled">Receives p, [requests, width].</param>
    /// <param name="requests">Number of requests.</param>
    public void Forward(float[] x, float[] weights, float[] pooled, int requests)
    {
        for (int r = 0; r < requests; r++)
        {
            Span<float> alpha = weights.AsSpan(r * Length, Length);
            for (int j = 0; j < Length; j++)
            {
                alpha[j] = TensorPrimitives.Dot(x.AsSpan((r * Length + j) * _width, _width), Vector);
            }

            TensorPrimitives.SoftMax(alpha, alpha);
            Span<float> p = pooled.AsSpan(r * _width, _width);
            p.Clear();
            for (int j = 0; j < Length; j++)
            {
                TensorPrimitives.MultiplyAdd(x.AsSpan((r * Length + j) * _width, _width), alpha[j], p, p);
            }
        }
    }

    public void Backward(float[] x, float[] weights, float[] dPooled, float[] dx, int requests)
    {
        Span<float> dAlpha = stackalloc float[Length];
        for (int r = 0; r < requests; r++)
        {
            ReadOnlySpan<float> alpha = weights.AsSpan(r * Length, Length);
            ReadOnlySpan<float> dp = dPooled.AsSpan(r * _width, _width);
            for (int j = 0; j < Length; j++)
            {
                dAlpha[j] = TensorPrimitives.Dot(dp, x.AsSpan((r * Length + j) * _width, _width));
            }

            float mean = TensorPrimitives.Dot(alpha, dAlpha);
            for (int j = 0; j < Length; j++)
            {
                float ds = alpha[j] * (dAlpha[j] - mean);
                ReadOnlySpan<float> row = x.AsSpan((r * Length + j) * _width, _width);
                Span<float> target = dx.AsSpan((r * Length + j) * _width, _width);
                TensorPrimitives.Multiply(dp, alpha[j], target);
                TensorPrimitives.MultiplyAdd(Vector, ds, target, target);
                TensorPrimitives.MultiplyAdd(row, ds, _gradient, _gradient);
            }
        }
    }

    public void Step(float rate) => _state.Step(Vector, _gradient, rate);
}
