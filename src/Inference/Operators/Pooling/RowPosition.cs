using Inference.Operators.Convolution;

namespace Inference.Operators.Pooling;

/// <summary>Where a row of windows stands along all spatial axes but the last.</summary>
internal unsafe struct RowPosition
{
    private fixed int _index[WindowGrid.MaxSpatial];

    public RowPosition(in WindowGrid grid, long row)
    {
        for (int axis = grid.Rank - 2; row > 0; axis--)
        {
            (row, long at) = Math.DivRem(row, grid.Output[axis]);
            _index[axis] = (int)at;
        }
    }

    public readonly int this[int axis] => _index[axis];

    /// <summary>Moves some rows on, at most to the end of the innermost of these axes.</summary>
    public void Move(in WindowGrid grid, int rows)
    {
        int axis = grid.Rank - 2;
        _index[axis] += rows;
        for (; axis > 0 && _index[axis] == grid.Output[axis]; axis--)
        {
            _index[axis] = 0;
            _index[axis - 1]++;
        }
    }
}
