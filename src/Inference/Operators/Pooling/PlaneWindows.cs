using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Memory;
using Inference.Kernels.Threading;
using Inference.Operators.Convolution;
using Inference.Operators.Reduction;

namespace Inference.Operators.Pooling;

/// <summary>
/// Folds over windows of planes x[planes, spatial..] → y[planes, windows..], any stride, dilation and padding. Rows of windows are made in two passes: the rows of the input that one
/// needs are folded, element by element, into one row with pads; this is taken apart by the stride, so that windows next to each other read neighbours, and folded along itself. Rows are made some at a
/// time and shared out over threads. The sign of a largest element among zeros of both signs is not specified.
/// </summary>
/// <typeparam name="TReducer">The fold.</typeparam>
/// <typeparam name="TQuick">A fold that does the same where no element is a NaN.</typeparam>
/// <typeparam name="TFinish">What is made of the fold.</typeparam>
/// <typeparam name="C">Element type.</typeparam>
internal unsafe struct PlaneWindows<TReducer, TQuick, TFinish, C> : IBlockAction
    where TReducer : struct, IReducer
    where TQuick : struct, IReducer
    where TFinish : struct, IWindowFinish
    where C : unmanaged, INumber<C>, IMinMaxValue<C>
{
    // Planes of one axis in a job: their table takes 1 MB.
    private const long MostStacked = 1 << 16;

    // 16 elements of windows a nanosecond.
    internal const long ParallelWork = 16 * WorkerPool.SharedNanoseconds;

    private WindowGrid _grid;
    private PlaneWindowTables<C> _tables;
    private C* _x;
    private C* _y;
    private C* _end;
    private long _rows;
    private int _blocks;

    /// <summary>Whether windows are of a size that rows with pads, and lists of taps, can be made for.</summary>
    public static bool Fits(in WindowGrid grid) => PlaneWindowTables<C>.Fits(in grid);

    /// <summary>Folds every window.</summary>
    /// <param name="grid">The windows of a plane; <see cref="Fits"/> holds.</param>
    /// <param name="countPads">Whether a mean counts the elements of pads.</param>
    /// <param name="x">Planes.</param>
    /// <param name="y">Windows.</param>
    /// <param name="planes">Number of planes.</param>
    /// <param name="threads">The most threads to use.</param>
    public static void Run(in WindowGrid grid, bool countPads, C* x, C* y, long planes, int threads)
    {
        if (grid.Rank == 1)
        {
            // Planes of one axis are the rows of one plane, of which some are one job: each row has an entry in a table.
            for (long first = 0; first < planes; first += MostStacked)
            {
                long count = Math.Min(MostStacked, planes - first);
                WindowGrid image = grid.Stacked(count);
                Run(in image, countPads, x + (first * grid.InputCount), y + (first * grid.OutputCount), 1, threads);
            }

            return;
        }

        using var memory = new AlignedScratch<byte>(PlaneWindowTables<C>.Bytes(in grid));
        var job = new PlaneWindows<TReducer, TQuick, TFinish, C>
        {
            _grid = grid,
            _tables = new PlaneWindowTables<C>(in grid, countPads, TFinish.Counts, memory.Pointer),
            _x = x,
            _y = y,
            _end = x + (planes * grid.InputCount),
        };
        int last = grid.Rank - 1;
        job._rows = planes * job._tables.RowsOfPlane;
        long work = job._rows * ((job._tables.LeadingTaps * grid.Input[last]) + (grid.Kernel[last] * grid.Output[last]));
        bool shared = threads > 1 && work >= ParallelWork;
        job._blocks = (int)Math.Min(job._rows, shared ? (long)WorkerPool.BlocksPerThread * threads : 1);
        WorkerPool.Run(job._blocks, ref job, shared ? threads : 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Invoke(int block)
    {
        long row = EqualParts.Start(_rows, block, _blocks);
        long end = EqualParts.Start(_rows, block + 1, _blocks);
        using var buffers = new WindowBuffers<C>(in _tables, TReducer.Start<C>());
        C* yEnd = _y + (end * _grid.Output[_grid.Rank - 1]);
        var work = default(WorkCounter);
        (long plane, long first) = Math.DivRem(row, _tables.RowsOfPlane);
        while (row < end)
        {
            // The rest of a plane, or some whole planes whose rows the buffers hold together.
            long count = Math.Min(_tables.RowsOfPlane - first, end - row);
            int planes = count == _tables.RowsOfPlane ? (int)Math.Clamp((end - row) / count, 1, Math.Max(1, _tables.RowsAtOnce / count)) : 1;
            C* x = _x + (plane * _grid.InputCount);
            C* y = _y + (row * _grid.Output[_grid.Rank - 1]);
            if (typeof(TQuick) == typeof(TReducer) || AnyNaN(x, first, count, planes, ref work))
            {
                RunRows<TReducer>(x, y, yEnd, first, count, planes, in buffers, ref work);
            }
            else
            {
                RunRows<TQuick>(x, y, yEnd, first, count, planes, in buffers, ref work);
            }

            row += planes * count;
            plane += planes;
            first = 0;
        }
    }

    // Whether there is a NaN in what rows of windows read, or near it.
    private readonly bool AnyNaN(C* plane, long first, long count, int planes, ref WorkCounter work)
    {
        if (typeof(C) != typeof(float) && typeof(C) != typeof(double))
        {
            return false;
        }

        if (count == _tables.RowsOfPlane)
        {
            work.Add(1 + (planes * _grid.InputCount / 8));
            return WindowScan.AnyNaN(plane, (nint)(planes * _grid.InputCount));
        }

        // Along the first axis; rows are counted along all axes but the last.
        long each = _tables.RowsOfPlane / _grid.Output[0];
        AxisWindow low = _tables.Window(0, first / each);
        AxisWindow high = _tables.Window(0, (first + count - 1) / each);
        long size = _grid.InputCount / _grid.Input[0];
        long from = Math.Max(0, (long)low.Start) * size;
        long end = Math.Min(_grid.Input[0], high.Start + ((_grid.Kernel[0] - 1) * _grid.Dilation[0]) + 1) * size;
        work.Add(1 + (Math.Max(0, end - from) / 8));
        return end > from && WindowScan.AnyNaN(plane + from, (nint)(end - from));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void RunRows<TFold>(C* plane, C* y, C* yEnd, long first, long rows, int planes, in WindowBuffers<C> buffers, ref WorkCounter work)
        where TFold : struct, IReducer
    {
        int last = _grid.Rank - 1;
        long width = _grid.Output[last];
        nint pitch = _tables.Picks ? _tables.PickedPitch : _tables.Pitch / _tables.Stride;
        for (long row = 0; row < rows; row += _tables.RowsAtOnce)
        {
            int count = (int)Math.Min(_tables.RowsAtOnce, rows - row);
            for (long tile = 0; tile < width; tile += _tables.TileWidth)
            {
                FoldRows<TFold>(plane, first + row, count, planes, tile, in buffers, ref work);
                if (_tables.Picks)
                {
                    PickColumns<TFold>(in buffers, planes * count, (nint)Math.Min(_tables.TileWidth, width - tile), ref work);
                }
                else if (_tables.Stride > 1)
                {
                    work.Add(planes * count * _tables.Pitch / 8);
                    PhaseSplit.Run(buffers.Rows, planes * count * _tables.Pitch, _tables.Stride, _tables.UsedPhases, buffers.Phases, _tables.PhaseLength, buffers.Halves);
                }

                C* to = y + (row * width) + tile;
                FoldColumns<TFold>(in buffers, pitch, to, yEnd, (nint)Math.Min(_tables.TileWidth, width - tile), planes * count, tile, ref work);
            }
        }
    }

    // For each row of windows the rows of the input that it reads, folded into one row that begins with the first tap of the tile's first window, and how many count.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void FoldRows<TFold>(C* plane, long first, int count, int planes, long tile, in WindowBuffers<C> buffers, ref WorkCounter work)
        where TFold : struct, IReducer
    {
        int last = _grid.Rank - 1;
        int inner = last - 1;
        long start = (tile * _tables.Stride) - _grid.Before[last];
        nint left = (nint)Math.Max(0, -start);
        nint width = (nint)Math.Min(_grid.Input[last] - Math.Max(0, start), _tables.Padded - left);
        var position = new RowPosition(in _grid, first);
        C none = TReducer.Start<C>();
        int next;
        for (int i = 0; i < count; i = next)
        {
            C* from = plane + Math.Max(0, start);
            int whole = Math.Min(count - i, _tables.Whole(inner, position[inner]));
            bool empty = width <= 0;
            long counted = 1;
            for (int axis = 0; axis < last; axis++)
            {
                AxisWindow window = _tables.Window(axis, position[axis]);
                from += window.Start * _tables.StrideOf(axis);
                whole = axis < inner && _tables.Whole(axis, position[axis]) == 0 ? 0 : whole;
                empty |= window.From >= window.To;
                counted *= window.Count;
            }

            // Rows that read whole windows, of the same count, are folded together, or the same row of all planes where these are many more.
            whole = planes > 2 * whole ? Math.Min(whole, 1) : whole;
            C* to = buffers.Rows + (i * _tables.Pitch);
            C* counts = buffers.Counts + i;
            next = i + Math.Max(1, whole);
            for (int p = 0; TFinish.Counts && p < planes; p++)
            {
                new Span<C>(counts + (p * count), next - i).Fill(C.CreateTruncating(counted));
            }

            nint* offsets = _tables.LeadingOffsets;
            nint taps = _tables.LeadingTaps;
            if (whole == 0 && !empty)
            {
                // One axis before the last: taps inside follow each other.
                AxisWindow window = _tables.Window(0, position[0]);
                taps = last == 1 ? window.To - window.From : _tables.Inside(in _grid, in position, buffers.Taps);
                offsets = last == 1 ? offsets + window.From : buffers.Taps;
            }

            nint planeRows = count * _tables.Pitch;
            if (empty)
            {
                for (int p = 0; p < planes; p++, to += planeRows)
                {
                    new Span<C>(to, (int)_tables.Pitch).Fill(none);
                }
            }
            else if (whole > 1)
            {
                nint step = (nint)_grid.Stride[inner] * _tables.StrideOf(inner);
                for (int p = 0; p < planes; p++, from += _grid.InputCount, to += planeRows)
                {
                    FoldRun<TFold>(from, step, offsets, taps, to, _tables.Pitch, left, width, whole, counts, ref work);
                }
            }
            else
            {
                FoldRun<TFold>(from, (nint)_grid.InputCount, offsets, taps, to, planeRows, left, width, planes, counts, ref work);
            }

            position.Move(in _grid, next - i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void FoldRun<TFold>(C* from, nint step, nint* offsets, nint taps, C* to, nint toStep, nint left, nint width, int rows, C* counts, ref WorkCounter work)
        where TFold : struct, IReducer
    {
        C none = TReducer.Start<C>();
        nint lanes = Vector<C>.Count;
        bool narrow = width < lanes;
        if (!narrow || from + ((rows - 1) * step) + offsets[taps - 1] + lanes <= _end)
        {
            WindowRun.Rows<WindowPasses.Rows<TFold>, C>(from, step, offsets, taps, to + left, toStep, narrow ? lanes : width, rows, null, counts, ref work);
        }
        else
        {
            for (int i = 0; i < rows; i++)
            {
                WindowRun.Short<WindowPasses.Rows<TFold>, C>(from + (i * step), offsets, taps, width, _end, null, C.One, ref work).Store(to + (i * toStep) + left);
            }
        }

        if (!_tables.Tiled)
        {
            // What was stored beyond narrow rows; the pitch has room for a vector.
            var pads = new Vector<C>(none);
            C* beyond = to + left + width;
            for (int i = 0; narrow && i < rows; i++, beyond += toStep)
            {
                pads.Store(beyond);
            }

            return;
        }

        // Pads that another tile has overwritten.
        for (int i = 0; i < rows; i++, to += toStep)
        {
            new Span<C>(to, (int)left).Fill(none);
            new Span<C>(to + left + width, (int)(_tables.Pitch - left - width)).Fill(none);
        }
    }

    // Windows at every place of a row, of which every stride-th is kept.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void PickColumns<TFold>(in WindowBuffers<C> buffers, int rows, nint windows, ref WorkCounter work)
        where TFold : struct, IReducer
    {
        nint width = nint.Max(((windows - 1) * _tables.Stride) + 1, Vector<C>.Count);
        nint stride = _tables.Stride;
        WindowRun.Rows<WindowPasses.Columns<TFold, WindowFinishes.Plain>, C>(
            buffers.Rows, _tables.Pitch, _tables.ColumnOffsets, _tables.ColumnTaps, buffers.Halves, _tables.Pitch, width, rows, null, buffers.Counts, ref work);
        work.Add(rows * windows);
        C* from = buffers.Halves;
        C* to = buffers.Phases;
        for (int r = 0; r < rows; r++, from += _tables.Pitch, to += _tables.PickedPitch)
        {
            C* every = from;
            for (nint i = 0; i < windows; i++, every += stride)
            {
                to[i] = *every;
            }
        }
    }

    // Rows of windows from rows that are taken apart. What is stored beyond the end of one is overwritten by the next.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void FoldColumns<TFold>(in WindowBuffers<C> buffers, nint pitch, C* y, C* yEnd, nint windows, int rows, long tile, ref WorkCounter work)
        where TFold : struct, IReducer
    {
        nint lanes = Vector<C>.Count;
        nint width = (nint)_grid.Output[_grid.Rank - 1];
        C* columns = _tables.Columns == null ? null : _tables.Columns + tile;
        C* from = buffers.Source;

        // Picked windows are results but for what is made of them.
        nint none = 0;
        nint* offsets = _tables.Picks ? &none : _tables.ColumnOffsets;
        nint taps = _tables.Picks ? 1 : _tables.ColumnTaps;
        int done = rows;
        while (windows < lanes && done > 0 && y + ((done - 1) * width) + lanes > yEnd)
        {
            done--;
        }

        if (done > 0)
        {
            WindowRun.Rows<WindowPasses.Columns<TFold, TFinish>, C>(
                from, pitch, offsets, taps, y, width, nint.Max(windows, lanes), done, columns, buffers.Counts, ref work);
        }

        for (; done < rows; done++)
        {
            Vector<C> result = WindowRun.Short<WindowPasses.Columns<TFold, TFinish>, C>(
                from + (done * pitch), offsets, taps, windows, buffers.SourceEnd, columns, buffers.Counts[done], ref work);
            Unsafe.CopyBlockUnaligned(y + (done * width), &result, (uint)(windows * sizeof(C)));
        }
    }
}
