namespace Inference.Operators.Contrib;

/// <summary>
/// The k experts of each token, those with the highest softmax of its row, with their weights: the softmax, or a second table's numbers; divided by their sum where normalized.
/// Grouped by expert. Lives in memory of the caller.
/// </summary>
internal readonly unsafe struct ExpertRoutes
{
    private readonly int* _tokens;
    private readonly float* _weights;
    private readonly int* _starts;

    /// <summary>Chooses by logits <paramref name="router"/> [tokens, experts], with weights <paramref name="mix"/> [tokens, experts] or null, k ≤ experts; memory as <see cref="Bytes"/> says.</summary>
    public ExpertRoutes(KernelContext context, float* router, float* mix, long tokens, int experts, int k, bool normalized, byte* memory)
    {
        long routes = tokens * k;
        _tokens = (int*)memory;
        _weights = (float*)(_tokens + routes);
        int* chosen = (int*)(_weights + routes);
        float* scales = (float*)(chosen + routes);
        float* row = scales + routes;
        _starts = (int*)(row + experts);
        new Span<int>(_starts, experts + 1).Clear();
        for (long token = 0; token < tokens; token++)
        {
            if (token % 64 == 0)
            {
                context.ThrowIfCancelled();
            }

            Choose(new(router + (token * experts), experts), mix is null ? default : new(mix + (token * experts), experts), new(row, experts), new(chosen + (token * k), k), new(scales + (token * k), k), normalized);
            for (int i = 0; i < k; i++)
            {
                _starts[chosen[(token * k) + i] + 1]++;
            }
        }

        for (int expert = 0; expert < experts; expert++)
        {
            _starts[expert + 1] += _starts[expert];
        }

        // Each expert's tokens in their order; the starts move to the ends meanwhile.
        for (long route = 0; route < routes; route++)
        {
            int place = _starts[chosen[route]]++;
            _tokens[place] = (int)(route / k);
            _weights[place] = scales[route];
        }

        for (int expert = experts; expert > 0; expert--)
        {
            _starts[expert] = _starts[expert - 1];
        }

        _starts[0] = 0;
    }

    /// <summary>Bytes of memory for the routes of tokens.</summary>
    public static long Bytes(long tokens, int experts, int k) => TensorShape.Count([tokens, k, 4 * sizeof(float)]) + (((2L * experts) + 1) * sizeof(float));

    /// <summary>The tokens of an expert.</summary>
    public ReadOnlySpan<int> Tokens(int expert) => new(_tokens + _starts[expert], _starts[expert + 1] - _starts[expert]);

    /// <summary>The weights of an expert's tokens.</summary>
    public ReadOnlySpan<float> Weights(int expert) => new(_weights + _starts[expert], _starts[expert + 1] - _starts[expert]);

    private static void Choose(ReadOnlySpan<float> logits, ReadOnlySpan<float> mix, Span<float> row, Span<int> chosen, Span<float> scales, bool normalized)
    {
        float largest = float.NegativeInfinity;
        foreach (float logit in logits)
        {
            largest = MathF.Max(largest, logit);
        }

        float sum = 0;
        for (int i = 0; i < row.Length; i++)
        {
            row[i] = MathF.Exp(logits[i] - largest);
            sum += row[i];
        }

        float total = 0;
        for (int k = 0; k < chosen.Length; k++)
        {
            // Of equals the last, as ONNX Runtime; what was chosen is marked by −1.
            int best = -1;
            for (int i = 0; i < row.Length; i++)
            {
                best = row[i] != -1f && (best < 0 || !(row[i] < row[best])) ? i : best;
            }

            chosen[k] = best;
            scales[k] = mix.IsEmpty ? row[best] / sum : mix[best];
            total += scales[k];
            row[best] = -1f;
        }

        for (int k = 0; normalized && k < scales.Length; k++)
        {
            scales[k] /= total;
        }
    }
}
