using System.Numerics;
using Inference.Operators.Convolution;

namespace Inference.Operators.Pooling;

/// <summary>What the windows of all planes share: where they lie along each axis, the distances of their taps, and how rows are cut and laid out. In memory of the caller.</summary>
/// <typeparam name="C">Element type.</typeparam>
internal unsafe struct PlaneWindowTables<C>
    where C : unmanaged, INumber<C>
{
    // Elements of the rows that are made at once, which stay in the first-level cache twice.
    private const long RowsElements = 4096;
    private const int MostRows = 256;

    // Beyond these, lists and rows with pads would be out of proportion.
    private const long MaxTaps = 1 << 16;
    private const long MaxStride = 1 << 12;
    private const long MaxExtent = 1 << 16;
    private const long ExtentOfRows = 16;

    private fixed long _axes[WindowGrid.MaxSpatial];
    private fixed long _strides[WindowGrid.MaxSpatial];
    private fixed int _wholeFrom[WindowGrid.MaxSpatial];
    private fixed int _wholeEnd[WindowGrid.MaxSpatial];
    private readonly AxisWindow* _windows;

    public PlaneWindowTables(in WindowGrid grid, bool countPads, bool counts, byte* memory)
    {
        int last = grid.Rank - 1;
        long lanes = Vector<C>.Count;
        LeadingTaps = 1;
        RowsOfPlane = 1;
        LeadingOffsets = (nint*)memory;
        for (int axis = 0; axis < last; axis++)
        {
            LeadingTaps *= (nint)grid.Kernel[axis];
            RowsOfPlane *= grid.Output[axis];
        }

        Stride = (nint)grid.Stride[last];
        nint extent = (nint)(((grid.Kernel[last] - 1) * grid.Dilation[last]) + 1);
        TileWidth = (nint)Math.Min(grid.Output[last], ((Math.Max(RowsElements, 2 * extent) - extent) / Stride) + 1);
        Padded = ((TileWidth - 1) * Stride) + extent;
        long input = Math.Min(grid.Input[last], Padded);
        // A row is folded by whole vectors: one that is narrower, as its input or its part before the last window's end is, has room for a vector behind it.
        long narrowest = Math.Min(input, Padded - grid.Before[last]);
        Pitch = (nint)(Math.Max(Padded, grid.Before[last] + input + (narrowest < lanes ? lanes : 0)) + Stride - 1) / Stride * Stride;
        Tiled = TileWidth < grid.Output[last];
        RowsAtOnce = Tiled ? 1 : (int)Math.Clamp(RowsElements / Pitch, 1, MostRows);
        RowElements = (nint)((RowsAtOnce * (long)Pitch) + (4 * lanes));
        PhaseLength = (nint)((RowsAtOnce * (long)Pitch / Stride) + (4 * lanes));
        Picks = Stride > 1 && grid.Kernel[last] <= lanes && (sizeof(C) == sizeof(ulong) || Stride is not (2 or 4));

        ColumnTaps = (nint)grid.Kernel[last];
        ColumnOffsets = LeadingOffsets + LeadingTaps;
        _windows = (AxisWindow*)(ColumnOffsets + ColumnTaps);
        AxisWindow* windows = _windows;
        long stride = grid.Input[last];
        for (int axis = last - 1; axis >= 0; axis--)
        {
            _axes[axis] = windows - _windows;
            _strides[axis] = stride;
            stride *= grid.Input[axis];
            for (int o = 0; o < grid.Output[axis]; o++)
            {
                AxisWindow window = Window(in grid, axis, o, countPads);
                *windows++ = window;

                // Windows inside the input lie next to each other.
                bool whole = window.From == 0 && window.To == grid.Kernel[axis];
                _wholeFrom[axis] = !whole && _wholeEnd[axis] == 0 ? o + 1 : _wholeFrom[axis];
                _wholeEnd[axis] = whole ? o + 1 : _wholeEnd[axis];
            }
        }

        Columns = (C*)windows;
        UsedPhases = (bool*)(Columns + (counts ? grid.Output[last] + lanes : 0));
        for (long o = 0; counts && o < grid.Output[last] + lanes; o++)
        {
            // Vectors reach over the end, where they divide what is not stored.
            Columns[o] = o < grid.Output[last] ? C.CreateTruncating(Window(in grid, last, o, countPads).Count) : C.One;
        }

        Columns = counts ? Columns : null;
        FillOffsets(in grid);
    }

    /// <summary>Taps along all axes but the last.</summary>
    public nint LeadingTaps { get; }

    /// <summary>Their distances from the first, elements.</summary>
    public nint* LeadingOffsets { get; }

    /// <summary>Taps along the last axis.</summary>
    public nint ColumnTaps { get; }

    /// <summary>Distances of the taps along a row that is taken apart, elements.</summary>
    public nint* ColumnOffsets { get; }

    /// <summary>For each window along the last axis, how many columns count; null where nothing is counted.</summary>
    public C* Columns { get; }

    public bool* UsedPhases { get; }

    /// <summary>Rows of windows of a plane.</summary>
    public long RowsOfPlane { get; }

    public int RowsAtOnce { get; }

    public nint Stride { get; }

    /// <summary>Whether windows are made at every place of a row and every stride-th picked, rather than rows taken apart, element by element where vectors cannot do it.</summary>
    public bool Picks { get; }

    /// <summary>Distance of rows of picked windows, elements.</summary>
    public readonly nint PickedPitch => TileWidth + Vector<C>.Count;

    /// <summary>Windows of a row that are made at once.</summary>
    public nint TileWidth { get; }

    /// <summary>Whether rows are made in several parts.</summary>
    public bool Tiled { get; }

    /// <summary>Elements of a row with its pads.</summary>
    public nint Padded { get; }

    /// <summary>Distance of rows, elements; a multiple of the stride.</summary>
    public nint Pitch { get; }

    public nint RowElements { get; }

    public nint PhaseLength { get; }

    public static bool Fits(in WindowGrid grid)
    {
        int last = grid.Rank - 1;
        long taps = 1;
        for (int axis = 0; axis < last; axis++)
        {
            taps *= grid.Kernel[axis];
            if (taps > MaxTaps)
            {
                return false;
            }
        }

        long extent = ((grid.Kernel[last] - 1) * grid.Dilation[last]) + 1;
        return grid.InputCount > 0 && grid.Kernel[last] <= MaxTaps && grid.Stride[last] <= MaxStride && extent <= MaxExtent + (ExtentOfRows * grid.Input[last]) && grid.Before[last] <= extent;
    }

    /// <summary>Memory that the tables need, bytes.</summary>
    public static nint Bytes(in WindowGrid grid)
    {
        int last = grid.Rank - 1;
        long taps = 1;
        long windows = 0;
        for (int axis = 0; axis < last; axis++)
        {
            taps *= grid.Kernel[axis];
            windows += grid.Output[axis];
        }

        return checked((nint)(((taps + grid.Kernel[last]) * sizeof(nint)) + (windows * sizeof(AxisWindow)) + ((grid.Output[last] + Vector<C>.Count) * sizeof(C)) + grid.Stride[last]));
    }

    /// <summary>The window at a position of an axis other than the last.</summary>
    public readonly AxisWindow Window(int axis, long position) => _windows[_axes[axis] + position];

    /// <summary>Distance of neighbours along an axis other than the last, elements of the input.</summary>
    public readonly nint StrideOf(int axis) => (nint)_strides[axis];

    /// <summary>How many windows along an axis, from one on, lie inside the input.</summary>
    public readonly int Whole(int axis, int position) => position >= _wholeFrom[axis] ? Math.Max(0, _wholeEnd[axis] - position) : 0;

    /// <summary>Lists the taps inside the input of a row of windows, which has some, by their distances from where the windows start.</summary>
    public readonly nint Inside(in WindowGrid grid, in RowPosition position, nint* list)
    {
        int last = grid.Rank - 1;
        nint count = 1;
        list[0] = 0;
        for (int axis = 0; axis < last; axis++)
        {
            // Each tap so far becomes one for each step along this axis, from the back, so that none is overwritten before it is read.
            AxisWindow window = Window(axis, position[axis]);
            nint steps = window.To - window.From;
            nint step = (nint)grid.Dilation[axis] * StrideOf(axis);
            for (nint i = count - 1; i >= 0; i--)
            {
                nint before = list[i];
                for (nint k = steps - 1; k >= 0; k--)
                {
                    list[(i * steps) + k] = before + ((window.From + k) * step);
                }
            }

            count *= steps;
        }

        return count;
    }

    private static AxisWindow Window(in WindowGrid grid, int axis, long position, bool countPads)
    {
        grid.Range(axis, position, out long start, out long from, out long to);
        long count = countPads ? grid.Padded(axis, start) : to - from;
        return new((int)start, (int)from, (int)to, (int)Math.Max(1, count));
    }

    private readonly void FillOffsets(in WindowGrid grid)
    {
        int last = grid.Rank - 1;
        for (nint t = 0; t < LeadingTaps; t++)
        {
            nint rest = t;
            LeadingOffsets[t] = 0;
            for (int axis = last - 1; axis >= 0; axis--)
            {
                (rest, nint step) = Math.DivRem(rest, (nint)grid.Kernel[axis]);
                LeadingOffsets[t] += step * (nint)(grid.Dilation[axis] * _strides[axis]);
            }
        }

        new Span<bool>(UsedPhases, (int)Stride).Clear();
        for (nint k = 0; k < grid.Kernel[last]; k++)
        {
            (nint step, nint phase) = Math.DivRem(k * (nint)grid.Dilation[last], Picks ? 1 : Stride);
            ColumnOffsets[k] = (phase * PhaseLength) + step;
            UsedPhases[phase] = true;
        }
    }
}
