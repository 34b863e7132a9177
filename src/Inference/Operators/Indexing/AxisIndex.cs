using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Operators.Movement;
using Inference.Operators.Views;

namespace Inference.Operators.Indexing;

/// <summary>
/// Walks a tensor of indices along one axis of another tensor of the same rank, in runs along the innermost axis: element i of a run with index p lies at
/// <see cref="Offset"/> + i · <see cref="Step"/> + p · <see cref="AxisStride"/>.
/// </summary>
internal struct AxisIndex
{
    /// <summary>Indices that are checked, then used, while they are in the first-level cache.</summary>
    public const int Part = 1024;

    private readonly DimsBuffer _strides;
    private readonly DimsBuffer _dims;
    private readonly int _outer;
    private DimsBuffer _index;

    public AxisIndex(ReadOnlySpan<long> data, ReadOnlySpan<long> indices, int axis)
    {
        int rank = data.Length;
        Size = (nint)data[axis];
        Span<long> strides = _strides;
        ShapeRules.Strides(data, strides);
        AxisStride = (nint)strides[axis];

        // The named axis is not walked.
        strides[axis] = 0;
        Step = (nint)strides[rank - 1];
        Inner = (nint)indices[rank - 1];
        _outer = rank - 1;
        indices[.._outer].CopyTo(_dims);
        Runs = TensorShape.Count(indices[.._outer]);
    }

    /// <summary>Indices in a run.</summary>
    public nint Inner { get; }

    /// <summary>How many runs there are.</summary>
    public long Runs { get; }

    /// <summary>Size of the named axis.</summary>
    public nint Size { get; }

    /// <summary>Elements between neighbours along the named axis.</summary>
    public nint AxisStride { get; }

    /// <summary>Elements that a step along a run moves beside its index: 1, or 0 where the named axis is the innermost.</summary>
    public nint Step { get; }

    /// <summary>Where the current run starts.</summary>
    public nint Offset { get; private set; }

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

    /// <summary>An index of the tensor is out of range.</summary>
    public readonly InferenceException OutOfRange(KernelContext context, Tensor indices, long number) =>
        context.Error($"indices: expected values in [{-Size}, {Size - 1}], got {Integers.At(indices, number)}.");

    /// <summary>The index as a position; beyond <paramref name="size"/>, unsigned, where it is out of range.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nuint Position<TIndex>(TIndex index, nint size)
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        nint position = (nint)long.CreateTruncating(index);
        return (nuint)(position + (position >> 63 & size));
    }

    /// <summary>Whether all of these indices are positions as they stand: none counts from the end, none is out of range.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool ArePositions<TIndex>(ref TIndex indices, nint count, nint size)
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        // The sign of x | (last − x) is set where x is negative or beyond the last position.
        TIndex last = TIndex.CreateSaturating(size - 1);
        TIndex signs = TIndex.Zero;
        nint i = 0;
        if (count >= Vector<TIndex>.Count)
        {
            var lasts = new Vector<TIndex>(last);
            Vector<TIndex> found = Vector<TIndex>.Zero;
            for (; i <= count - Vector<TIndex>.Count; i += Vector<TIndex>.Count)
            {
                Vector<TIndex> x = Vector.LoadUnsafe(ref indices, (nuint)i);
                found |= x | (lasts - x);
            }

            signs = Vector.LessThanAny(found, Vector<TIndex>.Zero) ? -TIndex.One : TIndex.Zero;
        }

        for (; i < count; i++)
        {
            TIndex x = Unsafe.Add(ref indices, i);
            signs |= x | (last - x);
        }

        return !TIndex.IsNegative(signs);
    }

    /// <summary>Goes to a run.</summary>
    public void Start(long run)
    {
        Offset = 0;
        for (int axis = _outer - 1; axis >= 0; axis--)
        {
            (run, long at) = Math.DivRem(run, _dims[axis]);
            _index[axis] = at;
            Offset += (nint)(at * _strides[axis]);
        }
    }

    /// <summary>Moves to the next run.</summary>
    public void Next()
    {
        for (int axis = _outer - 1; axis >= 0; axis--)
        {
            Offset += (nint)_strides[axis];
            if (++_index[axis] < _dims[axis])
            {
                return;
            }

            Offset -= (nint)(_strides[axis] * _dims[axis]);
            _index[axis] = 0;
        }
    }
}
