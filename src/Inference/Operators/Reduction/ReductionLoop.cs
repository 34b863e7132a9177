using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Memory;
using Inference.Kernels.Threading;
using Inference.Operators.Typed;

namespace Inference.Operators.Reduction;

/// <summary>
/// Folds of a tensor over any of its axes, over threads by outputs or, where these are few, by fixed parts of the reduced axis: results do not depend on the number of threads.
/// Runs fold over vector lanes in parts of 64Ki elements, rows in the order of the axis: the error of a sum is at most that of the naive one.
/// </summary>
internal static unsafe class ReductionLoop
{
    // 8 elements a nanosecond, which sums reach.
    internal const long ParallelElements = 8 * WorkerPool.SharedNanoseconds;

    // Elements of a part of a reduced axis: a job's, or what is done between two looks at the clock.
    private const long PartElements = 1 << 16;

    // Outputs, from which they alone are shared out.
    private const long ManyTasks = 8;

    // Accumulators of a row that stay in the first-level cache, and elements that are widened at once.
    private const int TileColumns = 2048;

    // Elements of a nanosecond.
    private const int WorkElements = 4;

    /// <summary>sums[u, i] = fold over the blocks of unit u of their column i.</summary>
    public static void Run<TReducer, E, T, C>(T* x, C* sums, in ReductionShape shape, int threads)
        where TReducer : struct, IReducer
        where E : struct, IElement<T, C>
        where T : unmanaged
        where C : unmanaged, INumber<C>, IMinMaxValue<C>
    {
        long elements = shape.Length * shape.Inner;
        var job = new Job<TReducer, E, T, C> { X = x, Sums = sums, Shape = shape, Parts = 1, Tiles = (shape.Inner + TileColumns - 1) / TileColumns, PartLength = shape.Length };
        bool parted = shape.Units * job.Tiles < ManyTasks && shape.Repeats == 1 && job.Tiles == 1 && elements > 2 * PartElements;
        if (parted)
        {
            job.PartLength = Math.Max(1, PartElements / shape.Inner);
            job.Parts = (shape.Length + job.PartLength - 1) / job.PartLength;
        }

        using var partial = new AlignedScratch<C>(parted ? checked((nint)(shape.Units * job.Parts * shape.Inner)) : 0);
        job.Sums = parted ? partial.Pointer : sums;
        long total = shape.Units * shape.Repeats * elements;
        bool shared = threads > 1 && total >= ParallelElements;
        job.Tasks = shape.Units * job.Tiles * job.Parts;
        job.Blocks = (int)Math.Min(job.Tasks, shared ? (long)WorkerPool.BlocksPerThread * threads : 1);
        WorkerPool.Run(job.Blocks, ref job, shared ? threads : 1);
        for (long u = 0; parted && u < shape.Units; u++)
        {
            Merge<TReducer, C>(partial.Pointer + (u * job.Parts * shape.Inner), job.Parts, shape.Inner, sums + (u * shape.Inner));
        }
    }

    private static void Merge<TReducer, C>(C* partial, long parts, long columns, C* sums)
        where TReducer : struct, IReducer
        where C : unmanaged, INumber<C>
    {
        var work = default(WorkCounter);
        for (long c = 0; c < columns; c++)
        {
            sums[c] = partial[c];
        }

        for (long p = 1; p < parts; p++)
        {
            work.Add(columns);
            for (long c = 0; c < columns; c++)
            {
                sums[c] = TReducer.Merge(sums[c], partial[(p * columns) + c]);
            }
        }
    }

    private struct Job<TReducer, E, T, C> : IBlockAction
        where TReducer : struct, IReducer
        where E : struct, IElement<T, C>
        where T : unmanaged
        where C : unmanaged, INumber<C>, IMinMaxValue<C>
    {
        public T* X;
        public C* Sums;
        public ReductionShape Shape;
        public long Tiles;
        public long Parts;
        public long PartLength;
        public long Tasks;
        public int Blocks;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Invoke(int block)
        {
            using var widened = new AlignedScratch<C>(typeof(T) == typeof(C) ? 0 : TileColumns);
            ReductionShape shape = Shape;
            var work = default(WorkCounter);
            long end = EqualParts.Start(Tasks, block + 1, Blocks);
            if (shape.Inner == 1 && shape.Repeats == 1 && Parts == 1 && shape.Length <= TileColumns)
            {
                ShortRuns(EqualParts.Start(Tasks, block, Blocks), end, widened.Pointer, ref work);
                return;
            }

            for (long task = EqualParts.Start(Tasks, block, Blocks); task < end; task++)
            {
                (long unit, long rest) = Math.DivRem(task, Tiles * Parts);
                (long part, long tile) = Math.DivRem(rest, Tiles);
                long column = tile * TileColumns;
                long columns = Math.Min(TileColumns, shape.Inner - column);
                long first = part * PartLength;
                long length = Math.Min(PartLength, shape.Length - first);
                C* sums = Sums + (((unit * Parts) + part) * shape.Inner) + column;
                new Span<C>(sums, (int)columns).Fill(TReducer.Start<C>());
                long offset = shape.UnitOffset(unit) + (first * shape.Inner) + column;
                for (long r = 0; r < shape.Repeats; r++)
                {
                    if (shape.Inner == 1)
                    {
                        *sums = TReducer.Merge(*sums, Run(X + offset, length, widened.Pointer, ref work));
                    }
                    else
                    {
                        Rows(X + offset, length, shape.Inner, sums, columns, widened.Pointer, ref work);
                    }

                    shape.NextRepeat(ref offset);
                }
            }
        }

        // Units that are runs, one after another; as many as the buffer holds are widened at once.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void ShortRuns(long first, long end, C* widened, ref WorkCounter work)
        {
            nint length = (nint)Shape.Length;
            long most = TileColumns / length;
            for (long unit = first; unit < end; unit += most)
            {
                int count = (int)Math.Min(most, end - unit);
                work.Add(count + (count * length / WorkElements));
                C* from = Widen(X + (unit * length), (int)(count * length), widened);
                C* sums = Sums + unit;
                for (int i = 0; i < count; i++, from += length)
                {
                    sums[i] = ReductionRun.Run<TReducer, C>(from, length);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static C Run(T* x, long count, C* widened, ref WorkCounter work)
        {
            long most = typeof(T) == typeof(C) ? PartElements : TileColumns;
            if (count <= most)
            {
                work.Add(1 + (count / WorkElements));
                return ReductionRun.Run<TReducer, C>(Widen(x, (int)count, widened), (nint)count);
            }

            C sum = TReducer.Start<C>();
            for (long i = 0; i < count; i += most)
            {
                int part = (int)Math.Min(most, count - i);
                work.Add(part / WorkElements);
                sum = TReducer.Merge(sum, ReductionRun.Run<TReducer, C>(Widen(x + i, part, widened), part));
            }

            return sum;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Rows(T* x, long rows, long stride, C* sums, long columns, C* widened, ref WorkCounter work)
        {
            // Stored in another type: what fits the buffer, whole rows unless these are longer than a tile.
            long most = Math.Max(1, (typeof(T) == typeof(C) ? PartElements : TileColumns) / columns);
            most = typeof(T) != typeof(C) && columns != stride ? 1 : most;
            for (long r = 0; r < rows; r += most)
            {
                long part = Math.Min(most, rows - r);
                work.Add(1 + (part * columns / WorkElements));
                C* from = Widen(x + (r * stride), (int)(part * columns), widened);
                ReductionRun.Rows<TReducer, C>(from, (nint)part, (nint)stride, sums, (nint)columns);
            }
        }

        private static C* Widen(T* x, int count, C* widened)
        {
            if (typeof(T) == typeof(C))
            {
                return (C*)x;
            }

            E.Load(x, widened, count);
            return widened;
        }
    }
}
