using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Memory;
using Inference.Kernels.Threading;
using Inference.Operators.Convolution;
using Inference.Operators.Typed;

namespace Inference.Operators.Pooling;

/// <summary>Walks the windows of one plane.</summary>
internal static unsafe class PoolLoop
{
    /// <summary>Folds every window of a plane x[spatial..] to y[windows..].</summary>
    public static void Plane<TPooling, E, T, C>(KernelContext context, in WindowGrid grid, TPooling pooling, T* x, T* y)
        where TPooling : struct, IPooling
        where E : struct, IElement<T, C>
        where T : unmanaged
        where C : unmanaged, INumber<C>, IMinMaxValue<C>
    {
        int last = grid.Rank - 1;
        long* position = stackalloc long[WindowGrid.MaxSpatial];
        long* step = stackalloc long[WindowGrid.MaxSpatial];
        long* start = stackalloc long[WindowGrid.MaxSpatial];
        long* from = stackalloc long[WindowGrid.MaxSpatial];
        long* to = stackalloc long[WindowGrid.MaxSpatial];
        new Span<long>(position, WindowGrid.MaxSpatial).Clear();
        long budget = 0;
        for (long o = 0; o < grid.OutputCount; o++)
        {
            bool empty = false;
            long inside = 1;
            long padded = 1;
            for (int axis = 0; axis < grid.Rank; axis++)
            {
                grid.Range(axis, position[axis], out start[axis], out from[axis], out to[axis]);
                empty |= from[axis] >= to[axis];
                inside *= to[axis] - from[axis];
                padded *= grid.Padded(axis, start[axis]);
                step[axis] = from[axis];
            }

            budget -= inside + 1;
            if (budget < 0)
            {
                context.ThrowIfCancelled();
                budget = KernelContext.CheckEvery;
            }

            C sum = pooling.Start<C>();
            if (!empty && inside > KernelContext.CheckEvery)
            {
                sum = LargeWindow<TPooling, E, T, C>(context, in grid, pooling, x, sum, start, from, to);
                empty = true;
            }

            while (!empty)
            {
                T* row = x + RowOffset(in grid, start, step);
                long dilation = grid.Dilation[last];
                for (long k = from[last]; k < to[last]; k++)
                {
                    sum = pooling.Step(sum, E.Load(row[k * dilation]));
                }

                empty = !NextRow(last, step, from, to);
            }

            y[o] = E.Store(pooling.Finish(sum, inside, padded));
            Advance(in grid, position);
        }
    }

    // A window that takes so long that the run is asked within it. Apart, as the call takes the sum of a small one out of its register.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static C LargeWindow<TPooling, E, T, C>(KernelContext context, in WindowGrid grid, TPooling pooling, T* x, C sum, long* start, long* from, long* to)
        where TPooling : struct, IPooling
        where E : struct, IElement<T, C>
        where T : unmanaged
        where C : unmanaged, INumber<C>, IMinMaxValue<C>
    {
        int last = grid.Rank - 1;
        long* step = stackalloc long[WindowGrid.MaxSpatial];
        new ReadOnlySpan<long>(from, WindowGrid.MaxSpatial).CopyTo(new Span<long>(step, WindowGrid.MaxSpatial));
        long budget = KernelContext.CheckEvery;
        do
        {
            T* row = x + RowOffset(in grid, start, step);
            for (long k = from[last]; k < to[last];)
            {
                long stop = Math.Min(to[last], k + KernelContext.CheckEvery);
                budget -= stop - k;
                if (budget < 0)
                {
                    context.ThrowIfCancelled();
                    budget = KernelContext.CheckEvery;
                }

                for (; k < stop; k++)
                {
                    sum = pooling.Step(sum, E.Load(row[k * grid.Dilation[last]]));
                }
            }
        }
        while (NextRow(last, step, from, to));
        return sum;
    }

    // Where a window's row lies: what its last axis is counted from.
    private static long RowOffset(in WindowGrid grid, long* start, long* step)
    {
        int last = grid.Rank - 1;
        long offset = 0;
        for (int axis = 0; axis < last; axis++)
        {
            offset = (offset * grid.Input[axis]) + start[axis] + (step[axis] * grid.Dilation[axis]);
        }

        return (offset * grid.Input[last]) + start[last];
    }

    // Moves to a window's next row; false at its end.
    private static bool NextRow(int last, long* step, long* from, long* to)
    {
        int carry = last - 1;
        for (; carry >= 0 && ++step[carry] == to[carry]; carry--)
        {
            step[carry] = from[carry];
        }

        return carry >= 0;
    }

    /// <summary>
    /// For each window whose largest element is y[o]: the index in the plane (row-major, or column-major over the spatial axes) of the first such element, or of the first
    /// NaN; y[o] becomes that element. −1 where a window has none.
    /// </summary>
    public static void Indices<E, T, C>(in WindowGrid grid, T* x, T* y, long* indices, long indexBase, bool columnMajor)
        where E : struct, IElement<T, C>
        where T : unmanaged
        where C : unmanaged, INumber<C>, IMinMaxValue<C>
    {
        int last = grid.Rank - 1;
        long* position = stackalloc long[WindowGrid.MaxSpatial];
        long* step = stackalloc long[WindowGrid.MaxSpatial];
        long* start = stackalloc long[WindowGrid.MaxSpatial];
        long* from = stackalloc long[WindowGrid.MaxSpatial];
        long* to = stackalloc long[WindowGrid.MaxSpatial];
        new Span<long>(position, WindowGrid.MaxSpatial).Clear();
        using var rows = new AlignedScratch<long>((nint)(grid.KernelCount / grid.Kernel[last]));
        start[last] = 0;
        var work = default(WorkCounter);
        for (long o = 0; o < grid.OutputCount; o += grid.Output[last])
        {
            bool empty = false;
            for (int axis = 0; axis < last; axis++)
            {
                grid.Range(axis, position[axis], out start[axis], out from[axis], out to[axis]);
                empty |= from[axis] >= to[axis];
                step[axis] = from[axis];
            }

            // The rows of the input that the windows of this row share.
            nint count = 0;
            while (!empty)
            {
                work.Add(2);
                rows.Pointer[count++] = RowOffset(in grid, start, step);
                empty = !NextRow(last, step, from, to);
            }

            IndexRow<E, T, C>(in grid, x, rows.Pointer, count, y + o, indices + o, ref work);
            for (long w = 0; w < grid.Output[last]; w++)
            {
                long found = indices[o + w];
                indices[o + w] = indexBase + (columnMajor && found >= 0 ? ColumnMajor(in grid, found) : found);
            }

            position[last] = grid.Output[last] - 1;
            Advance(in grid, position);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void IndexRow<E, T, C>(in WindowGrid grid, T* x, long* rows, nint count, T* y, long* indices, ref WorkCounter work)
        where E : struct, IElement<T, C>
        where T : unmanaged
        where C : unmanaged, INumber<C>
    {
        int last = grid.Rank - 1;
        long stride = grid.Stride[last];
        long dilation = grid.Dilation[last];
        long kernel = grid.Kernel[last];
        long extent = (kernel - 1) * dilation;
        for (long o = 0; o < grid.Output[last]; o++)
        {
            long start = (o * stride) - grid.Before[last];
            long from = 0;
            long to = kernel;
            if (start < 0 || start + extent >= grid.Input[last])
            {
                grid.Range(last, o, out _, out from, out to);
            }

            // From the last element to the first: what is found last comes first.
            C best = E.Load(y[o]);
            bool isNaN = C.IsNaN(best);
            long found = -1;
            for (nint r = count - 1; r >= 0; r--)
            {
                long row = rows[r] + start;
                work.Add(1 + to - from);
                for (long k = to - 1; k >= from; k--)
                {
                    long at = row + (k * dilation);
                    C value = E.Load(x[at]);
                    bool same = (value == best) | (isNaN & C.IsNaN(value));

                    // Without a branch, which would be mispredicted every other time.
                    found ^= (found ^ at) & -(same ? 1L : 0L);
                }
            }

            y[o] = found < 0 ? y[o] : x[found];
            indices[o] = found;
        }
    }

    private static long ColumnMajor(in WindowGrid grid, long rowMajor)
    {
        long index = 0;
        for (int axis = grid.Rank - 1; axis >= 0; axis--)
        {
            (rowMajor, long at) = Math.DivRem(rowMajor, grid.Input[axis]);
            index = (index * grid.Input[axis]) + at;
        }

        return index;
    }

    private static void Advance(in WindowGrid grid, long* position)
    {
        for (int axis = grid.Rank - 1; axis >= 0 && ++position[axis] == grid.Output[axis]; axis--)
        {
            position[axis] = 0;
        }
    }
}
