namespace Inference.Operators.Contrib;

/// <summary>
/// An embedding of each word from its characters: y[.., m] = max over positions of tanh(Σ W[m, 0, k, d]·C[s[p + k], d] + B[m]) for sequences s[.., L] of character ids, weights
/// W[M, 1, K, D], bias B[M] and the table of characters C[V, D]. A word has as many characters as ids above 0; one that starts with none gives zeros. Source: com.microsoft WordConvEmbedding.
/// </summary>
internal sealed class WordConvEmbedding : Operator
{
    protected override void InferOutputs(InferContext context)
    {
        if (context.InputShape(0) is { } ids && context.InputShape(1) is { } w && ids[^1].Size is { } length && w[2].Size is { } window && length < window)
        {
            throw context.Error($"input 0 (Sequence): expected words of at least {window} characters, the window size of the weights, got {length}.");
        }

        context.SetOutput(0, ElementType.Float32, context.InputShape(0) is { } shape ? [.. shape.AsSpan(0, shape.Length - 1), context.InputShape(1)?[0] ?? Dimension.Unknown] : null);
    }

    public override void PropagateBatch(BatchContext context)
    {
        int axis = context.InputAxis(0);
        bool tables = context.InputAxis(1) == BatchContext.None && context.InputAxis(2) == BatchContext.None && context.InputAxis(3) == BatchContext.None;
        bool word = axis >= 0 && tables && context.InputShape(0) is { } shape && axis < shape.Length - 1;
        context.SetOutputAxis(0, !context.AnyBatch ? BatchContext.None : word ? axis : BatchContext.Mixed);
    }

    public override void Run(KernelContext context)
    {
        Tensor sequence = context.Input(0);
        Tensor weights = context.Input(1);
        Tensor table = context.Input(3);
        int length = (int)sequence.Dims[^1];
        (int filters, int window, int depth) = ((int)weights.Dims[0], (int)weights.Dims[2], (int)table.Dims[1]);
        int words = length == 0 ? 0 : (int)(sequence.Count / length);
        Span<float> y = context.Output(0).Span<float>();
        y.Clear();
        for (int word = 0; word < words; word++)
        {
            context.ThrowIfCancelled();
            ReadOnlySpan<int> ids = sequence.Span<int>().Slice(word * length, length);
            int characters = Characters(ids);
            if (characters > 0)
            {
                Check(context, ids[..Math.Max(characters, window)], table.Dims[0]);
                Embed(ids, Math.Max(characters - window, 0) + 1, window, depth, weights.Span<float>(), context.Input(2).Span<float>(), table.Span<float>(), y.Slice(word * filters, filters));
            }
        }
    }

    // Ids above 0, wherever they are: ONNX Runtime counts them so.
    private static int Characters(ReadOnlySpan<int> ids)
    {
        int count = 0;
        foreach (int id in ids)
        {
            count += id > 0 ? 1 : 0;
        }

        return ids.Length > 0 && ids[0] > 0 ? count : 0;
    }

    private static void Embed(
        ReadOnlySpan<int> ids, int positions, int window, int depth, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, ReadOnlySpan<float> table, Span<float> y)
    {
        for (int m = 0; m < y.Length; m++)
        {
            float best = float.NegativeInfinity;
            for (int p = 0; p < positions; p++)
            {
                float sum = bias[m];
                for (int k = 0; k < window && depth > 0; k++)
                {
                    sum += System.Numerics.Tensors.TensorPrimitives.Dot(weights.Slice(((m * window) + k) * depth, depth), table.Slice(ids[p + k] * depth, depth));
                }

                best = MathF.Max(best, sum);
            }

            // tanh rises: the largest sum has the largest value.
            y[m] = MathF.Tanh(best);
        }
    }

    private static void Check(KernelContext context, ReadOnlySpan<int> ids, long rows)
    {
        foreach (int id in ids)
        {
            if ((uint)id >= (ulong)rows)
            {
                throw context.Error($"input 0 (Sequence): expected characters from 0 to {rows - 1}, got {id}.");
            }
        }
    }
}
