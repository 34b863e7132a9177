using System.Runtime.CompilerServices;
using Inference.Operators.Scoring;

namespace Inference.Operators.Svm;

/// <summary>Probabilities of classes from those of their pairs: T.-F. Wu, C.-J. Lin and R. Weng, method 2, as libsvm solves it.</summary>
internal static class PairCoupling
{
    /// <summary>Solves it.</summary>
    /// <param name="k">Classes.</param>
    /// <param name="scores">A score for each pair.</param>
    /// <param name="probA">The slope of each pair's logistic function.</param>
    /// <param name="probB">Its offset.</param>
    /// <param name="memory">3·k² + 3·k numbers.</param>
    /// <returns>The probabilities, in the memory.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Span<float> Run(int k, ReadOnlySpan<float> scores, ReadOnlySpan<float> probA, ReadOnlySpan<float> probB, Span<float> memory)
    {
        Span<float> r = memory[..(k * k)];
        Span<float> q = memory.Slice(k * k, k * k);
        Span<float> p = memory.Slice(2 * k * k, k);
        Span<float> qp = memory.Slice((2 * k * k) + k, k);
        int pair = 0;
        for (int i = 0; i < k; i++)
        {
            for (int j = i + 1; j < k; j++, pair++)
            {
                float value = 1f - PostTransforms.Logistic((scores[pair] * probA[pair]) + probB[pair]);
                value = Math.Clamp(value, 1e-7f, 1f - 1e-7f);
                r[(i * k) + j] = value;
                r[(j * k) + i] = 1f - value;
            }
        }

        for (int t = 0; t < k; t++)
        {
            p[t] = 1f / k;
            q[(t * k) + t] = 0;
            for (int j = 0; j < k; j++)
            {
                if (j != t)
                {
                    q[(t * k) + t] += r[(j * k) + t] * r[(j * k) + t];
                    q[(t * k) + j] = j < t ? q[(j * k) + t] : -r[(j * k) + t] * r[(t * k) + j];
                }
            }
        }

        for (int iteration = 0; iteration < Math.Max(100, k) && !Step(k, q, p, qp); iteration++)
        {
        }

        return p;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Step(int k, ReadOnlySpan<float> q, Span<float> p, Span<float> qp)
    {
        float pqp = 0;
        for (int t = 0; t < k; t++)
        {
            qp[t] = 0;
            for (int j = 0; j < k; j++)
            {
                qp[t] += q[(t * k) + j] * p[j];
            }

            pqp += p[t] * qp[t];
        }

        float error = 0;
        for (int t = 0; t < k; t++)
        {
            error = MathF.Max(error, MathF.Abs(qp[t] - pqp));
        }

        if (error < 0.005f / k)
        {
            return true;
        }

        for (int t = 0; t < k; t++)
        {
            float diff = (-qp[t] + pqp) / q[(t * k) + t];
            p[t] += diff;
            pqp = (pqp + (diff * ((diff * q[(t * k) + t]) + (2 * qp[t])))) / (1 + diff) / (1 + diff);
            for (int j = 0; j < k; j++)
            {
                qp[j] = (qp[j] + (diff * q[(t * k) + j])) / (1 + diff);
                p[j] /= 1 + diff;
            }
        }

        return false;
    }
}
