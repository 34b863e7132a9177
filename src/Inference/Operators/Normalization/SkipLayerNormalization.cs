using Inference.Kernels.Normalization;
using Inference.Operators.Typed;

namespace Inference.Operators.Normalization;

/// <summary>
/// LayerNormalization (or, simplified, RMS) over the last axis of s = X + skip + bias: inputs X, skip, gamma, beta, bias (simplified: X, skip, gamma, bias).
/// Outputs: y, mean, 1/deviation, s. Sources: com.microsoft SkipLayerNormalization, SkipSimplifiedLayerNormalization.
/// </summary>
internal sealed unsafe class SkipLayerNormalization(Node node, bool simplified) : FloatOperator
{
    private readonly float _epsilon = node.Attributes.Float("epsilon", 1e-12f);

    private int BiasInput => simplified ? 3 : 4;

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = context.InputType(0);
        Dimension[]? x = context.InputShape(0);
        CheckSkip(context, x);
        if (context.OutputCount > 4)
        {
            throw context.Error($"expected at most 4 outputs, got {context.OutputCount}.");
        }

        context.SetOutput(0, type, x);
        Dimension[]? statistics = x is null ? null : [.. x[..^1], Dimension.Fixed(1)];
        for (int i = 1; i < 3; i++)
        {
            if (context.HasOutput(i))
            {
                context.SetOutput(i, ElementType.Float32, statistics);
            }
        }

        if (context.HasOutput(3))
        {
            context.SetOutput(3, type, x);
        }
    }

    // Rows of skip are the rows of X, or a last part of them that repeats.
    private static void CheckSkip(InferContext context, Dimension[]? x)
    {
        if (x is null || context.InputShape(1) is not { } skip)
        {
            return;
        }

        bool good = skip.Length <= x.Length;
        bool repeats = true;
        for (int i = 0; good && i < skip.Length; i++)
        {
            Dimension own = x[x.Length - skip.Length + i];
            repeats &= skip[i].Size is null or 1;
            good = repeats || ShapeMath.Compatible(skip[i], own);
        }

        if (!good)
        {
            throw context.Error($"input 1: expected the shape [{string.Join(",", x)}] of input 0, or its last dimensions preceded by 1s, got [{string.Join(",", skip)}].");
        }
    }

    public override void PropagateBatch(BatchContext context)
    {
        int batch = context.InputAxis(0);
        bool same = context.InputAxis(1) == batch && context.InputShape(0) is { } a && context.InputShape(1)?.Length == a.Length && batch < a.Length - 1;
        for (int i = 2; i < context.InputCount; i++)
        {
            same &= context.InputAxis(i) == BatchContext.None;
        }

        context.SetAll(batch >= 0 && same, batch);
    }

    protected override void RunDouble(KernelContext context)
    {
        if (Sizes(context, out long length, out long rows, out long shared))
        {
            double* gamma = (double*)context.Input(2).Data;
            double* beta = !simplified && context.OptionalInput(3) is { } b ? (double*)b.Data : null;
            double* sum = (double*)context.Scratch(length * sizeof(double));
            var row = new Span<double>(sum, (int)length);
            for (long r = 0; r < rows; r++)
            {
                context.ThrowIfCancelled();
                Sum(context, r * length, r % shared * length, row);
                double mean = 0;
                double inverse = RowNormalization.InverseRms<double>(row, _epsilon);
                if (!simplified)
                {
                    RowNormalization.Statistics(row, _epsilon, out mean, out inverse);
                }

                RowNormalization.Apply(sum, (double*)context.Output(0).Data + (r * length), length, mean, inverse, gamma, beta);
                Store(context, r, mean, inverse, row);
            }
        }
    }

    private void Sum(KernelContext context, long at, long skipAt, Span<double> row)
    {
        double* x = (double*)context.Input(0).Data + at;
        double* skip = (double*)context.Input(1).Data + skipAt;
        double* bias = context.OptionalInput(BiasInput) is { } c ? (double*)c.Data : null;
        for (int i = 0; i < row.Length; i++)
        {
            row[i] = x[i] + skip[i] + (bias is null ? 0 : bias[i]);
        }
    }

    private static void Store(KernelContext context, long row, double mean, double inverse, ReadOnlySpan<double> sum)
    {
        if (context.HasOutput(1))
        {
            ((float*)context.Output(1).Data)[row] = (float)mean;
        }

        if (context.HasOutput(2))
        {
            ((float*)context.Output(2).Data)[row] = (float)inverse;
        }

        if (context.HasOutput(3))
        {
            sum.CopyTo(new Span<double>((double*)context.Output(3).Data + (row * sum.Length), sum.Length));
        }
    }

    // False where there is nothing to do.
    private static bool Sizes(KernelContext context, out long length, out long rows, out long shared)
    {
        Tensor x = context.Input(0);
        Tensor skip = context.Input(1);
        length = x.Dims[^1];
        rows = shared = 0;
        if (x.Count == 0)
        {
            StoreEmpty(context);
            return false;
        }

        rows = x.Count / length;
        shared = skip.Count / length;
        return shared != 0 && rows % shared == 0 ? true
            : throw context.Error($"input 1: expected rows of {length} elements as in input 0, or of a size that divides it, got {skip}.");
    }

    protected override void RunSingle(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor skip = context.Input(1);
        Tensor y = context.Output(0);
        if (!Sizes(context, out long length, out long rows, out long shared))
        {
            return;
        }

        float* gamma = (float*)context.Input(2).Data;
        float* beta = !simplified && context.OptionalInput(3) is { } b ? (float*)b.Data : null;
        float* bias = context.OptionalInput(BiasInput) is { } c ? (float*)c.Data : null;
        // A skip of fewer rows is shared by the batch.
        for (long r = 0; r < rows; r += shared)
        {
            var arguments = new LayerNormArguments
            {
                X = (float*)x.Data + (r * length),
                Skip = (float*)skip.Data,
                SkipBias = bias,
                Gamma = gamma,
                Beta = beta,
                Y = (float*)y.Data + (r * length),
                Sum = context.HasOutput(3) ? (float*)context.Output(3).Data + (r * length) : null,
                Mean = context.HasOutput(1) ? (float*)context.Output(1).Data + r : null,
                InverseDeviation = context.HasOutput(2) ? (float*)context.Output(2).Data + r : null,
                Rows = (nint)Math.Min(shared, rows - r),
                Columns = (nint)length,
                Epsilon = _epsilon,
                Rms = simplified,
            };
            context.ThrowIfCancelled();
            LayerNorm.Run(in arguments, context.Threads);
        }
    }

    // Rows without elements have no mean and no deviation.
    private static void StoreEmpty(KernelContext context)
    {
        for (int i = 1; i < Math.Min(3, context.OutputCount); i++)
        {
            if (context.HasOutput(i))
            {
                context.Output(i).Span<float>().Fill(float.NaN);
            }
        }
    }
}
