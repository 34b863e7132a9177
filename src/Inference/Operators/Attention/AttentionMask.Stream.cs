using Inference.Kernels.Attention;
using Inference.Kernels.Threading;
using Inference.Operators.Typed;

namespace Inference.Operators.Attention;

internal readonly unsafe partial struct AttentionMask
{
    // Whether the kernel reads the mask where it lies: one f32 for each key.
    private bool IsInPlace(long keys) => _mask is null || (_mask.Type == ElementType.Float32 && _mask.Rank > 0 && _mask.Dims[^1] == keys);

    /// <summary>The numbers that <see cref="Stream"/> needs beside the mask.</summary>
    public long StreamedCount(in AttentionSizes s) => IsInPlace(s.Keys) ? 0 : checked(Rows * s.Keys);

    /// <summary>Runs attention under this mask without the scores in memory; keys after a row's causal limit, and those that the mask hides from many rows, are not computed.</summary>
    /// <param name="context">The run.</param>
    /// <param name="arguments">All but the mask.</param>
    /// <param name="expanded">Room for <see cref="StreamedCount"/> numbers.</param>
    public void Stream(KernelContext context, AttentionArguments arguments, float* expanded)
    {
        context.ThrowIfCancelled();
        if (arguments.Batch == 0 || arguments.Heads == 0 || arguments.QueryLength == 0 || arguments.ValueSize == 0)
        {
            return;
        }

        SetMask(ref arguments, expanded);
        arguments.Causal = _causal;
        arguments.CausalOffset = checked((int)_past);
        if (_validKeys is null)
        {
            AttentionF32.Run(in arguments, context.Threads);
            return;
        }

        int batch = arguments.Batch;
        arguments.Batch = 1;
        int all = arguments.KeyLength;
        for (int b = 0; b < batch; b++)
        {
            long valid = Scalars.ToInt64(_validKeys, b);
            arguments.KeyLength = Math.Min(all, (int)Math.Clamp(valid, 1, int.MaxValue));
            arguments.CausalOffset = checked((int)(_offsetByValid ? valid - _rows : _past));
            // Without valid keys no row sees the one that is left.
            arguments.Causal = _causal || valid <= 0;
            arguments.CausalOffset = valid <= 0 ? -arguments.QueryLength : arguments.CausalOffset;
            AttentionF32.Run(in arguments, context.Threads);
            arguments.Query += arguments.QueryBatchStride;
            arguments.Key += arguments.KeyBatchStride;
            arguments.Value += arguments.ValueBatchStride;
            arguments.Output += arguments.OutputBatchStride;
            arguments.Mask += arguments.Mask == null ? 0 : arguments.MaskBatchStride;
        }
    }

    // Rows of keys in the mask; one for a mask that covers no key.
    private long Rows => _mask!.Rank == 0 || _mask.Dims[^1] == 0 ? 1 : _mask.Count / _mask.Dims[^1];

    private void SetMask(ref AttentionArguments a, float* expanded)
    {
        if (_mask is null)
        {
            return;
        }

        long keys = a.KeyLength;
        if (IsInPlace(keys))
        {
            a.Mask = (float*)_mask.Data;
            (a.MaskBatchStride, a.MaskHeadStride, a.MaskQueryStride) = ((nint)_batchStride, (nint)_headStride, (nint)_rowStride);
            return;
        }

        long last = _mask.Rank == 0 ? 1 : _mask.Dims[^1];
        var work = default(WorkCounter);
        for (long i = 0; i < Rows; i++)
        {
            work.Add(keys);
            new Span<float>(expanded + (i * keys), checked((int)keys)).Clear();
            AddMask(expanded + (i * keys), _mask, i * last, keys);
        }

        a.Mask = expanded;
        if (last > 0)
        {
            a.MaskBatchStride = (nint)(_batchStride / last * keys);
            a.MaskHeadStride = (nint)(_headStride / last * keys);
            a.MaskQueryStride = (nint)(_rowStride / last * keys);
        }
    }
}
