using System.Runtime.CompilerServices;
using Inference.Operators.Movement;
using Inference.Operators.Views;

namespace Inference.Operators.Indexing;

/// <summary>Walks a tensor of indices along one axis of another tensor of the same rank: where the element lies that each index names.</summary>
internal struct AxisIndex
{
    private readonly long _size;
    private readonly long _axisStride;
    private readonly long _innerStride;
    private readonly DimsBuffer _strides;
    private long _offset;

    public AxisIndex(ReadOnlySpan<long> data, ReadOnlySpan<long> indices, int axis)
    {
        int rank = data.Length;
        _size = data[axis];
        Span<long> strides = _strides;
        ShapeRules.Strides(data, strides);
        _axisStride = strides[axis];

        // The named axis is not walked.
        strides[axis] = 0;
        _innerStride = strides[rank - 1];
        Inner = indices[rank - 1];
    }

    /// <summary>Indices in a run along the innermost axis.</summary>
    public long Inner { get; }

    public static void Check(InferContext context, Dimension[] data, Dimension[]? indices, int axis)
    {
        if (indices is null)
        {
            return;
        }

        if (indices.Length != data.Length)
        {
            throw context.Error($"indices: expected rank {data.Length}, the rank of data, got shape {ShapeRules.Format(indices)}.");
        }

        for (int i = 0; i < data.Length; i++)
        {
            if (i != axis && data[i].Size < indices[i].Size)
            {
                throw context.Error($"indices: expected dimensions no larger than those of data {ShapeRules.Format(data)} except on axis {axis}, got {ShapeRules.Format(indices)}.");
            }
        }
    }

    /// <summary>The element that index number <paramref name="number"/> names; it stands at <paramref name="i"/> of the current run.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly long At(KernelContext context, Tensor indices, long number, long i)
    {
        long position = Integers.At(indices, number);
        position = position < 0 ? position + _size : position;
        if ((ulong)position >= (ulong)_size)
        {
            throw context.Error($"indices: expected values in [{-_size}, {_size - 1}], got {Integers.At(indices, number)}.");
        }

        return _offset + (i * _innerStride) + (position * _axisStride);
    }

    /// <summary>Moves to the next run; false where there is none.</summary>
    public bool Next(ReadOnlySpan<long> indices, Span<long> index)
    {
        ReadOnlySpan<long> strides = _strides;
        for (int axis = indices.Length - 2; axis >= 0; axis--)
        {
            _offset += strides[axis];
            if (++index[axis] < indices[axis])
            {
                return true;
            }

            _offset -= strides[axis] * indices[axis];
            index[axis] = 0;
        }

        return false;
    }
}
