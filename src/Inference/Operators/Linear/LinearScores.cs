using Inference.Kernels.Gemm;
using Inference.Operators.Scoring;

namespace Inference.Operators.Linear;

/// <summary>scores[N, E] = X[N, C] × coefficientsᵀ[C, E] + intercepts[E], in float.</summary>
internal sealed class LinearScores
{
    private readonly float[] _coefficients;
    private readonly float[] _intercepts;

    public LinearScores(Node node, int targets)
    {
        _coefficients = node.Attributes.Floats("coefficients") ?? [];
        _intercepts = node.Attributes.Floats("intercepts") is { Length: > 0 } given ? given : new float[targets];
        Targets = targets;
        if (targets < 1 || _coefficients.Length % targets != 0 || _intercepts.Length != targets)
        {
            throw new ModelLoadException(
                $"{node.Describe()}: expected {targets} intercepts and a multiple of {targets} coefficients, got {_intercepts.Length} and {_coefficients.Length}.");
        }

        Columns = _coefficients.Length / targets;
    }

    public int Targets { get; }

    public int Columns { get; }

    public void Check(InferContext context)
    {
        if (FeatureRows.Columns(context, 0) is { } columns && columns != Columns)
        {
            throw context.Error($"input 0: expected {Columns} columns, one per coefficient, got {columns}.");
        }
    }

    /// <summary>Scratch a run needs, bytes.</summary>
    public long ScratchBytes(Tensor x) => x.Type == ElementType.Float32 ? 0 : checked(x.Count * sizeof(float));

    public unsafe void Run(KernelContext context, Tensor x, byte* scratch, float* scores)
    {
        (long rows, long columns) = FeatureRows.Size(x);
        float* features = (float*)x.Data;
        if (x.Type != ElementType.Float32)
        {
            features = (float*)scratch;
            for (long i = 0; i < x.Count; i++)
            {
                if ((i & 0xFFFF) == 0)
                {
                    context.ThrowIfCancelled();
                }

                features[i] = FeatureRows.At<float>(x, i);
            }
        }

        fixed (float* coefficients = _coefficients, intercepts = _intercepts)
        {
            var epilogue = new GemmEpilogue { Bias = intercepts };
            GemmF32.Run(
                features, (nint)columns, false, coefficients, Columns, true, scores, Targets, (nint)rows, Targets, Columns, 1f, in epilogue, context.Threads);
        }
    }
}
