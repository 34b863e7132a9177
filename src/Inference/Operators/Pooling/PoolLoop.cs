using System.Numerics;
using System.Runtime.CompilerServices;
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
                padded *= Padded(in grid, axis, start[axis]);
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

    /// <summary>As <see cref="Plane"/> for the largest element, with its index in the plane (row-major, or column-major over the spatial axes).</summary>
    public static void MaxWithIndex<E, T, C>(KernelContext context, in WindowGrid grid, T* x, T* y, long* indices, long indexBase, bool columnMajor)
        where E : struct, IElement<T, C>
        where T : unmanaged
        where C : unmanaged, INumber<C>, IMinMaxValue<C>
    {
        long* position = stackalloc long[WindowGrid.MaxSpatial];
        long* step = stackalloc long[WindowGrid.MaxSpatial];
        long* at = stackalloc long[WindowGrid.MaxSpatial];
        long* start = stackalloc long[WindowGrid.MaxSpatial];
        long* from = stackalloc long[WindowGrid.MaxSpatial];
        long* to = stackalloc long[WindowGrid.MaxSpatial];
        new Span<long>(position, WindowGrid.MaxSpatial).Clear();
        long budget = 0;
        for (long o = 0; o < grid.OutputCount; o++)
        {
            C best = new Poolings.Max().Start<C>();
            long bestIndex = -1;
            bool empty = false;
            for (int axis = 0; axis < grid.Rank; axis++)
            {
                grid.Range(axis, position[axis], out start[axis], out from[axis], out to[axis]);
                empty |= from[axis] >= to[axis];
                step[axis] = from[axis];
            }

            while (!empty)
            {
                for (int axis = 0; axis < grid.Rank; axis++)
                {
                    at[axis] = start[axis] + (step[axis] * grid.Dilation[axis]);
                }

                long flat = Flatten(in grid, at, columnMajor: false);
                C value = E.Load(x[flat]);
                if (bestIndex < 0 || value > best || (C.IsNaN(value) && !C.IsNaN(best)))
                {
                    best = value;
                    bestIndex = columnMajor ? Flatten(in grid, at, columnMajor: true) : flat;
                }

                if (--budget < 0)
                {
                    context.ThrowIfCancelled();
                    budget = KernelContext.CheckEvery;
                }

                int carry = grid.Rank - 1;
                for (; carry >= 0 && ++step[carry] == to[carry]; carry--)
                {
                    step[carry] = from[carry];
                }

                empty = carry < 0;
            }

            y[o] = E.Store(best);
            indices[o] = indexBase + bestIndex;
            Advance(in grid, position);
        }
    }

    private static long Flatten(in WindowGrid grid, long* at, bool columnMajor)
    {
        long flat = 0;
        for (int i = 0; i < grid.Rank; i++)
        {
            int axis = columnMajor ? grid.Rank - 1 - i : i;
            flat = flat * grid.Input[axis] + at[axis];
        }

        return flat;
    }

    private static long Padded(in WindowGrid grid, int axis, long start)
    {
        long end = grid.Input[axis] + grid.After[axis];
        long steps = (end - start + grid.Dilation[axis] - 1) / grid.Dilation[axis];
        return Math.Clamp(steps, 0, grid.Kernel[axis]);
    }

    private static void Advance(in WindowGrid grid, long* position)
    {
        for (int axis = grid.Rank - 1; axis >= 0 && ++position[axis] == grid.Output[axis]; axis--)
        {
            position[axis] = 0;
        }
    }
}
