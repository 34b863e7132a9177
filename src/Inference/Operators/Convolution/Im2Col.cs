using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Inference.Kernels.Threading;

namespace Inference.Operators.Convolution;

/// <summary>Unfolds windows into a matrix: row (channel, kernel step), column output position; outside the input stands 0.</summary>
internal static unsafe class Im2Col
{
    /// <summary>Elements of the unfolded matrix worked on at once: 1 MB of f32 or s32, a second-level cache.</summary>
    public const long TileElements = 1 << 18;

    /// <summary>
    /// Fills columns <paramref name="first"/> to <paramref name="first"/> + <paramref name="count"/> − 1 of the matrix [channels·kernel, outputs] into
    /// <paramref name="target"/> [channels·kernel, count]; elements are x − <paramref name="zero"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Run<TIn, TOut>(in WindowGrid grid, TIn* x, long channels, TIn zero, long first, long count, TOut* target)
        where TIn : unmanaged, INumber<TIn>
        where TOut : unmanaged, INumber<TOut>
    {
        if (count == 0)
        {
            return;
        }

        int last = grid.Rank - 1;
        long* step = stackalloc long[WindowGrid.MaxSpatial];
        long* position = stackalloc long[WindowGrid.MaxSpatial];
        TOut shift = TOut.CreateTruncating(zero);
        for (long channel = 0; channel < channels; channel++)
        {
            TIn* plane = x + channel * grid.InputCount;
            for (long k = 0; k < grid.KernelCount; k++)
            {
                Unravel(k, grid.Rank, in grid.Kernel[0], step);
                Unravel(first, grid.Rank, in grid.Output[0], position);
                long shiftX = (step[last] * grid.Dilation[last]) - grid.Before[last];
                (long start, long end) = Inside(in grid, shiftX, grid.Output[last]);
                long done = 0;
                while (done < count)
                {
                    long run = Math.Min(grid.Output[last] - position[last], count - done);
                    long offset = RowOffset(in grid, position, step);
                    if (offset < 0)
                    {
                        new Span<TOut>(target, (int)run).Clear();
                    }
                    else
                    {
                        long at = (position[last] * grid.Stride[last]) + shiftX;
                        (long inside, long stop) = run == grid.Output[last] ? (start, end) : Inside(in grid, at, run);
                        Row(plane + offset + at, grid.Stride[last], inside, stop, run, shift, target);
                    }

                    target += run;
                    done += run;
                    position[last] = 0;
                    for (int axis = last - 1; axis >= 0 && ++position[axis] == grid.Output[axis]; axis--)
                    {
                        position[axis] = 0;
                    }
                }
            }
        }
    }

    /// <summary>The same, channels shared out over threads.</summary>
    public static void Run<TIn, TOut>(in WindowGrid grid, TIn* x, long channels, TIn zero, long first, long count, TOut* target, int threads)
        where TIn : unmanaged, INumber<TIn>
        where TOut : unmanaged, INumber<TOut>
    {
        bool shared = threads > 1 && channels * grid.KernelCount * count * sizeof(TOut) >= WorkerPool.SharedBytes;
        var action = new Channels<TIn, TOut> { Grid = grid, X = x, Count = channels, Zero = zero, First = first, Columns = count, Target = target };
        action.Blocks = shared ? (int)Math.Min(channels, (long)WorkerPool.BlocksPerThread * threads) : 1;
        WorkerPool.Run(action.Blocks, ref action, threads);
    }

    /// <summary>
    /// The reverse: adds windows <paramref name="first"/> to <paramref name="first"/> + <paramref name="count"/> − 1, the columns of the matrix [channels·kernel, count],
    /// into the planes image[channels, inputs], which the caller has filled.
    /// </summary>
    public static void Fold<C>(KernelContext context, in WindowGrid grid, C* columns, long channels, long first, long count, C* image)
        where C : unmanaged, INumber<C>
    {
        if (count == 0)
        {
            return;
        }

        int last = grid.Rank - 1;
        long budget = KernelContext.CheckEvery;
        long* step = stackalloc long[WindowGrid.MaxSpatial];
        long* position = stackalloc long[WindowGrid.MaxSpatial];
        for (long channel = 0; channel < channels; channel++)
        {
            C* plane = image + channel * grid.InputCount;
            for (long k = 0; k < grid.KernelCount; k++)
            {
                Unravel(k, grid.Rank, in grid.Kernel[0], step);
                Unravel(first, grid.Rank, in grid.Output[0], position);
                for (long done = 0; done < count;)
                {
                    long run = Math.Min(grid.Output[last] - position[last], count - done);
                    long offset = RowOffset(in grid, position, step);
                    long at = (position[last] * grid.Stride[last]) + (step[last] * grid.Dilation[last]) - grid.Before[last];
                    for (long i = 0; offset >= 0 && i < run; i++, at += grid.Stride[last])
                    {
                        if ((ulong)at < (ulong)grid.Input[last])
                        {
                            plane[offset + at] += columns[i];
                        }
                    }

                    budget -= run;
                    if (budget <= 0)
                    {
                        context.ThrowIfCancelled();
                        budget = KernelContext.CheckEvery;
                    }

                    columns += run;
                    done += run;
                    position[last] = 0;
                    for (int axis = last - 1; axis >= 0 && ++position[axis] == grid.Output[axis]; axis--)
                    {
                        position[axis] = 0;
                    }
                }
            }
        }
    }

    private static void Unravel(long index, int rank, long* dims, long* position)
    {
        for (int i = rank - 1; i >= 0; i--)
        {
            position[i] = index % dims[i];
            index /= dims[i];
        }
    }

    private static void Unravel(long index, int rank, in long dims, long* position)
    {
        fixed (long* d = &dims)
        {
            Unravel(index, rank, d, position);
        }
    }

    // Of a run of windows whose first one reads the input at a place, those that read within it.
    private static (long Start, long End) Inside(in WindowGrid grid, long at, long run)
    {
        int last = grid.Rank - 1;
        long stride = grid.Stride[last];
        long start = Math.Clamp(at >= 0 ? 0 : (-at + stride - 1) / stride, 0, run);
        long room = grid.Input[last] - at;
        return (start, Math.Clamp(room <= 0 ? 0 : (room + stride - 1) / stride, start, run));
    }

    // The first window reads row[0]; outside of start to end − 1 the input ends.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row<TIn, TOut>(TIn* row, long stride, long start, long end, long run, TOut shift, TOut* target)
        where TIn : unmanaged, INumber<TIn>
        where TOut : unmanaged, INumber<TOut>
    {
        // Pads are a few elements, for which a call would take longer than they do.
        for (long i = 0; i < start; i++)
        {
            target[i] = TOut.Zero;
        }

        if (typeof(TIn) == typeof(TOut) && stride == 1 && shift == TOut.Zero)
        {
            Copy((TOut*)row + start, target + start, end - start);
        }
        else if (typeof(TIn) == typeof(float) && typeof(TOut) == typeof(float) && stride == 2 && shift == TOut.Zero && end > start)
        {
            Kernels.Transposition.EverySecond.Run((float*)(row + (start * 2)), (float*)(target + start), (nint)(end - start));
        }
        else
        {
            for (long i = start; i < end; i++)
            {
                target[i] = TOut.CreateTruncating(row[i * stride]) - shift;
            }
        }

        for (long i = end; i < run; i++)
        {
            target[i] = TOut.Zero;
        }
    }

    // The last vector overlaps the one before it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy<T>(T* from, T* to, long count)
        where T : unmanaged
    {
        int lanes = Vector256<byte>.Count / sizeof(T);
        if (count < lanes)
        {
            for (long i = 0; i < count; i++)
            {
                to[i] = from[i];
            }

            return;
        }

        for (long i = 0; i < count; i += lanes)
        {
            i = Math.Min(i, count - lanes);
            Vector256.Store(Vector256.Load((byte*)(from + i)), (byte*)(to + i));
        }
    }

    // Where the row of the last axis starts; negative where another axis lies outside.
    private static long RowOffset(in WindowGrid grid, long* position, long* step)
    {
        long offset = 0;
        for (int i = 0; i < grid.Rank - 1; i++)
        {
            long at = position[i] * grid.Stride[i] - grid.Before[i] + step[i] * grid.Dilation[i];
            if ((ulong)at >= (ulong)grid.Input[i])
            {
                return -1;
            }

            offset = offset * grid.Input[i] + at;
        }

        return offset * grid.Input[grid.Rank - 1];
    }

    private struct Channels<TIn, TOut> : IBlockAction
        where TIn : unmanaged, INumber<TIn>
        where TOut : unmanaged, INumber<TOut>
    {
        public WindowGrid Grid;
        public TIn* X;
        public long Count;
        public TIn Zero;
        public long First;
        public long Columns;
        public TOut* Target;
        public int Blocks;

        public readonly void Invoke(int block)
        {
            long from = Count * block / Blocks;
            long end = Count * (block + 1) / Blocks;
            Run(in Grid, X + (from * Grid.InputCount), end - from, Zero, First, Columns, Target + (from * Grid.KernelCount * Columns));
        }
    }
}
