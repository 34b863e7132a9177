namespace Inference.Operators.Reduction;

/// <summary>
/// A tensor whose dimensions are kept or reduced, as blocks [Length, Inner] that are contiguous: Length is reduced, Inner kept. Before these stand other dimensions,
/// Units of which are kept and Repeats reduced: the blocks of one unit fold into the same Inner outputs. Dimensions of size 1 are dropped and neighbours of one kind merged.
/// </summary>
internal unsafe struct ReductionShape
{
    // Dimensions that are kept, and as many that are reduced, stand by turns, each at least 2 long: more would exceed what memory can hold.
    private const int MaxRank = 20;

    // Sizes and strides (in elements) of the dimensions before the block, innermost first.
    private fixed long _keptSizes[MaxRank];
    private fixed long _keptStrides[MaxRank];
    private fixed long _reducedSizes[MaxRank];
    private fixed long _reducedStrides[MaxRank];
    private fixed long _index[MaxRank];
    private int _kept;
    private int _reduced;

    /// <summary>Reduced elements of a column of a block, 1 or more.</summary>
    public long Length { get; private set; }

    /// <summary>Kept elements of a row of a block, 1 or more; 1 where the last dimension is reduced.</summary>
    public long Inner { get; private set; }

    public long Units { get; private set; }

    public long Repeats { get; private set; }

    /// <summary>The shape of a tensor with elements.</summary>
    public static ReductionShape Create(ReadOnlySpan<long> dims, ReadOnlySpan<bool> reduced)
    {
        var shape = new ReductionShape { Length = 1, Inner = 1, Units = 1, Repeats = 1 };
        int axis = dims.Length - 1;
        for (; axis >= 0 && (!reduced[axis] || dims[axis] == 1); axis--)
        {
            shape.Inner *= dims[axis];
        }

        for (; axis >= 0 && (reduced[axis] || dims[axis] == 1); axis--)
        {
            shape.Length *= dims[axis];
        }

        long stride = shape.Inner * shape.Length;
        for (; axis >= 0; axis--)
        {
            if (dims[axis] == 1)
            {
                continue;
            }

            if (reduced[axis])
            {
                Add(ref shape._reduced, shape._reducedSizes, shape._reducedStrides, dims[axis], stride);
                shape.Repeats *= dims[axis];
            }
            else
            {
                Add(ref shape._kept, shape._keptSizes, shape._keptStrides, dims[axis], stride);
                shape.Units *= dims[axis];
            }

            stride *= dims[axis];
        }

        return shape;
    }

    /// <summary>Where a unit's first block starts, elements.</summary>
    public readonly long UnitOffset(long unit)
    {
        long offset = 0;
        for (int i = 0; i < _kept; i++)
        {
            (unit, long at) = Math.DivRem(unit, _keptSizes[i]);
            offset += at * _keptStrides[i];
        }

        return offset;
    }

    /// <summary>Moves from a block of a unit to the next; after the last back to the first.</summary>
    /// <param name="offset">Where the block starts, elements.</param>
    public void NextRepeat(ref long offset)
    {
        for (int i = 0; i < _reduced; i++)
        {
            offset += _reducedStrides[i];
            if (++_index[i] < _reducedSizes[i])
            {
                return;
            }

            offset -= _reducedSizes[i] * _reducedStrides[i];
            _index[i] = 0;
        }
    }

    // Innermost first; a dimension that continues the one before it is merged with it.
    private static void Add(ref int count, long* sizes, long* strides, long size, long stride)
    {
        if (count > 0 && strides[count - 1] * sizes[count - 1] == stride)
        {
            sizes[count - 1] *= size;
            return;
        }

        sizes[count] = size;
        strides[count++] = stride;
    }
}
