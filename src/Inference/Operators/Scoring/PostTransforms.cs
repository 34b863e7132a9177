using Inference.Kernels.Elementwise;

namespace Inference.Operators.Scoring;

/// <summary>Reads and applies <see cref="PostTransform"/>, in float as ONNX Runtime does.</summary>
internal static class PostTransforms
{
    public static PostTransform Read(Node node) => Parse(node, node.Attributes.String("post_transform", "NONE"));

    public static PostTransform Parse(Node node, string name) => name switch
    {
        "NONE" => PostTransform.None,
        "SOFTMAX" => PostTransform.Softmax,
        "LOGISTIC" => PostTransform.Logistic,
        "SOFTMAX_ZERO" => PostTransform.SoftmaxZero,
        "PROBIT" => PostTransform.Probit,
        _ => throw new ModelLoadException($"{node.Describe()}: attribute 'post_transform': expected NONE, SOFTMAX, LOGISTIC, SOFTMAX_ZERO or PROBIT, got '{name}'."),
    };

    /// <summary>Transforms the scores of one row.</summary>
    public static void Apply(PostTransform transform, Span<float> scores)
    {
        switch (transform)
        {
            case PostTransform.Logistic:
                foreach (ref float score in scores)
                {
                    score = Logistic(score);
                }

                break;
            case PostTransform.Probit:
                foreach (ref float score in scores)
                {
                    score = Probit(score);
                }

                break;
            case PostTransform.Softmax:
                Softmax(scores, keepZeros: false);
                break;
            case PostTransform.SoftmaxZero:
                Softmax(scores, keepZeros: true);
                break;
        }
    }

    /// <summary>Transforms the scores of all rows; softmax and logistic by the vector kernels.</summary>
    public static unsafe void Apply(PostTransform transform, float* scores, long rows, int targets)
    {
        switch (transform)
        {
            case PostTransform.None:
                break;
            case PostTransform.Logistic:
                Unary.Run(UnaryFunctions.Sigmoid, scores, scores, (nint)(rows * targets));
                break;
            case PostTransform.Softmax:
                Kernels.Normalization.Softmax.Run(scores, scores, (nint)rows, targets);
                break;
            default:
                for (long row = 0; row < rows; row++)
                {
                    Apply(transform, new Span<float>(scores + (row * targets), targets));
                }

                break;
        }
    }

    public static float Logistic(float x)
    {
        float v = 1f / (1f + MathF.Exp(-MathF.Abs(x)));
        return x < 0 ? 1f - v : v;
    }

    /// <summary>The logistic functions of −x and of x.</summary>
    public static (float Negative, float Positive) LogisticPair(float x)
    {
        float v = 1f / (1f + MathF.Exp(-MathF.Abs(x)));
        return (x > 0 ? 1f - v : v, x < 0 ? 1f - v : v);
    }

    public static float Probit(float x) => 1.41421356f * InverseErf((2f * x) - 1f);

    // Scores near 0 stay there in the second form.
    private static void Softmax(Span<float> scores, bool keepZeros)
    {
        float max = float.NegativeInfinity;
        foreach (float score in scores)
        {
            max = MathF.Max(max, score);
        }

        float factor = MathF.Exp(-max);
        float sum = 0;
        foreach (ref float score in scores)
        {
            if (keepZeros && MathF.Abs(score) <= 1e-7f)
            {
                score *= factor;
            }
            else
            {
                score = MathF.Exp(score - max);
            }

            sum += score;
        }

        foreach (ref float score in scores)
        {
            score /= sum;
        }
    }

    // S. Winitzki's approximation, as ONNX Runtime uses it.
    private static float InverseErf(float x)
    {
        float sign = x < 0 ? -1f : 1f;
        float log = MathF.Log((1 - x) * (1 + x));
        float v = (2f / (MathF.PI * 0.147f)) + (0.5f * log);
        float v2 = 1f / 0.147f * log;
        return sign * MathF.Sqrt(-v + MathF.Sqrt((v * v) - v2));
    }
}
