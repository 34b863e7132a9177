using System.Numerics.Tensors;
using Tensor = Inference.Ir.Tensor;

namespace Inference.Operators.Attention;

/// <summary>What grouped-query attention does to a row of scores: softcap, bias, the window of keys that the row sees, softmax with a sink.</summary>
internal readonly record struct GroupQueryMask
{
    /// <summary>Whether a row sees keys up to its own position only.</summary>
    public bool IsCausal { get; init; }

    /// <summary>The most keys a row sees, the newest; negative for all.</summary>
    public long Window { get; init; }

    /// <summary>Scores become softcap·tanh(score / softcap); 0 for none.</summary>
    public float Softcap { get; init; }

    /// <summary>Whether the softmax's denominator holds a term without a key, e⁰.</summary>
    public bool IsSmooth { get; init; }

    /// <summary>[B or 1, H or 1, S, T], by position from the first; null for none.</summary>
    public Tensor? Bias { get; init; }

    /// <summary>[H]: the exponent of that term, of each head; null for none.</summary>
    public Tensor? Sinks { get; init; }

    /// <summary>Which blocks of keys are seen; null for all. <see cref="Apply"/> does not look at it.</summary>
    public SparseBlocks? Blocks { get; init; }

    /// <summary>The keys that a position sees, of those of a sequence: [first, end).</summary>
    public (long First, long End) Seen(long position, long length)
    {
        long end = IsCausal ? Math.Min(position + 1, length) : length;
        return (Window >= 0 && end > Window ? end - Window : 0, end);
    }

    /// <summary>Turns the scores of one row into probabilities; keys not seen get 0.</summary>
    /// <param name="scores">Scores of the keys [<paramref name="from"/>, <paramref name="from"/> + <paramref name="keys"/>).</param>
    /// <param name="from">The position of the first key.</param>
    /// <param name="keys">Keys.</param>
    /// <param name="batch">The batch row.</param>
    /// <param name="head">The query head.</param>
    /// <param name="row">The query row.</param>
    /// <param name="position">The query row's position in the sequence.</param>
    /// <param name="length">The sequence's length.</param>
    /// <param name="before">Receives the scores before the softmax; null for none.</param>
    /// <param name="count">How many keys' scores <paramref name="before"/> takes.</param>
    public unsafe void Apply(float* scores, long from, long keys, long batch, long head, long row, long position, long length, float* before, long count)
    {
        (long first, long end) = Seen(position, length);
        first = Math.Max(first - from, 0);
        end = Math.Clamp(end - from, first, keys);
        new Span<float>(scores, (int)first).Clear();
        new Span<float>(scores + end, (int)(keys - end)).Clear();
        var seen = new Span<float>(scores + first, (int)(end - first));
        if (Softcap > 0f)
        {
            TensorPrimitives.Divide(seen, Softcap, seen);
            TensorPrimitives.Tanh(seen, seen);
            TensorPrimitives.Multiply(seen, Softcap, seen);
        }

        if (Bias is not null)
        {
            TensorPrimitives.Add(seen, new ReadOnlySpan<float>(RowOfBias(Bias, batch, head, row) + from + first, seen.Length), seen);
        }

        if (before is not null)
        {
            new ReadOnlySpan<float>(scores, (int)count).CopyTo(new Span<float>(before, (int)count));
        }

        if (seen.Length == 0)
        {
            return;
        }

        if (!IsSmooth && Sinks is null)
        {
            Kernels.Normalization.Softmax.Run(scores + first, scores + first, 1, seen.Length, false);
            return;
        }

        float sink = Sinks is null ? 0f : ((float*)Sinks.Data)[head];
        float max = MathF.Max(TensorPrimitives.Max(seen), sink);
        TensorPrimitives.Subtract(seen, max, seen);
        TensorPrimitives.Exp(seen, seen);
        TensorPrimitives.Divide(seen, TensorPrimitives.Sum<float>(seen) + MathF.Exp(sink - max), seen);
    }

    /// <summary>The bias of a query row, from the first position.</summary>
    public static unsafe float* RowOfBias(Tensor bias, long batch, long head, long row)
    {
        long b = bias.Dims[0] == 1 ? 0 : batch;
        long h = bias.Dims[1] == 1 ? 0 : head;
        return (float*)bias.Data + ((b * bias.Dims[1] + h) * bias.Dims[2] + row) * bias.Dims[3];
    }
}
