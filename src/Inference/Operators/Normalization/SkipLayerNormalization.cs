using Inference.Graph;
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
                context.SetOutput(i, ElementType.Float, statistics);
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
            throw context.Error($"input 1: expected the shape [{string.Join(",", x)}] of input 0, or its last dimensions with 1 before them, got [{string.Join(",", skip)}].");
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

        if (batch < 0 || !same)
        {
            context.SetAllMixed();
            return;
        }

        for (int i = 0; i < context.Node.Outputs.Count; i++)
        {
            context.SetOutputAxis(i, batch);
        }
    }

    protected override void RunDouble(KernelContext context) => throw context.Error("input 0: expected float32, float16 or bfloat16, got float64.");

    protected override void RunSingle(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor skip = context.Input(1);
        Tensor y = context.Output(0);
        if (x.Count == 0)
        {
            StoreEmpty(context);
            return;
        }

        long length = x.Dims[^1];
        float* gamma = (float*)context.Input(2).Data;
        float* beta = !simplified && context.OptionalInput(3) is { } b ? (float*)b.Data : null;
        float* bias = context.OptionalInput(BiasInput) is { } c ? (float*)c.Data : null;
        long rows = x.Count / length;
        long shared = skip.Count / length;
        if (shared == 0 || rows % shared != 0)
        {
            throw context.Error($"input 1: expected rows of {length} elements, as many as input 0 has or a part of them that repeats, got {skip}.");
        }

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
