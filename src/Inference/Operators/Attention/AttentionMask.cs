using System.Numerics;
using Inference.Operators.Typed;

namespace Inference.Operators.Attention;

/// <summary>
/// What is added to the scores [B, H, rows, keys]: a mask of bools (false: not seen) or numbers, broadcast, its last dimension padded with "not seen"; the causal
/// limit (key ≤ row + offset); the number of valid keys of each batch row.
/// </summary>
internal readonly unsafe partial struct AttentionMask
{
    private readonly Tensor? _mask;
    private readonly long _batchStride;
    private readonly long _headStride;
    private readonly long _rowStride;
    private readonly long _keyStride;
    private readonly long _maskKeys;
    private readonly Tensor? _validKeys;
    private readonly bool _causal;
    private readonly long _past;
    private readonly bool _offsetByValid;
    private readonly long _rows;

    /// <param name="mask">Broadcast to [B, H, rows, keys]; null for none.</param>
    /// <param name="causal">Whether a row sees keys up to its own position only.</param>
    /// <param name="past">Keys before the first row's own.</param>
    /// <param name="validKeys">[B] int64: keys that count; null for all.</param>
    /// <param name="rows">Query positions.</param>
    /// <param name="offsetByValid">Whether the causal offset is the valid keys less the rows, instead of <paramref name="past"/>.</param>
    public AttentionMask(Tensor? mask, bool causal, long past, Tensor? validKeys, long rows, bool offsetByValid)
    {
        _mask = mask;
        _causal = causal;
        _past = past;
        _validKeys = validKeys;
        _rows = rows;
        _offsetByValid = offsetByValid;
        if (mask is null)
        {
            return;
        }

        ReadOnlySpan<long> dims = mask.Dims;
        long stride = 1;
        Span<long> strides = stackalloc long[4];
        strides.Clear();
        for (int i = 1; i <= Math.Min(4, dims.Length); i++)
        {
            strides[^i] = dims[^i] == 1 ? 0 : stride;
            stride *= dims[^i];
        }

        _batchStride = strides[0];
        _headStride = strides[1];
        _rowStride = strides[2];
        _keyStride = strides[3];
        _maskKeys = dims.Length == 0 || dims[^1] == 1 ? long.MaxValue : dims[^1];
    }

    /// <summary>Adds to the scores of one row.</summary>
    public void AddTo<C>(C* scores, long batch, long head, long row, long keys)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        if (_mask is not null)
        {
            AddMask(scores, _mask, batch * _batchStride + head * _headStride + row * _rowStride, keys);
        }

        long limit = keys;
        if (_validKeys is not null)
        {
            limit = Math.Min(limit, Scalars.ToInt64(_validKeys, batch));
        }

        if (_causal)
        {
            long offset = _offsetByValid && _validKeys is not null ? Scalars.ToInt64(_validKeys, batch) - _rows : _past;
            limit = Math.Min(limit, row + offset + 1);
        }

        for (long j = Math.Max(0, limit); j < keys; j++)
        {
            scores[j] += C.NegativeInfinity;
        }
    }

    private void AddMask<C>(C* scores, Tensor mask, long start, long keys)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        long covered = Math.Min(keys, _maskKeys);
        for (long j = 0; j < covered; j++)
        {
            long at = start + j * _keyStride;
            if (mask.Type == ElementType.Bool)
            {
                scores[j] += mask.Data[at] != 0 ? C.Zero : C.NegativeInfinity;
            }
            else if (mask.Type == ElementType.Float32)
            {
                scores[j] += C.CreateTruncating(((float*)mask.Data)[at]);
            }
            else
            {
                scores[j] += C.CreateTruncating(Scalars.ToDouble(mask, at));
            }
        }

        for (long j = covered; j < keys; j++)
        {
            scores[j] += C.NegativeInfinity;
        }
    }
}
