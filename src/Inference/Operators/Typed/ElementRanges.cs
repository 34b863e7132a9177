using System.Runtime.CompilerServices;
using Inference.Kernels.Simd;
using Inference.Kernels.Threading;

namespace Inference.Operators.Typed;

/// <summary>Runs bodies over elements: in parts between which the call's limits are asked, on several threads where there is enough to do.</summary>
internal static unsafe class ElementRanges
{
    // Parts of a job begin on cache lines of the output, whatever its type, if it does.
    private const long Grain = 64;

    /// <summary>Runs elements [0, <paramref name="count"/>).</summary>
    /// <param name="body">The body; must lie on the stack.</param>
    /// <param name="count">Elements, 0 or more.</param>
    /// <param name="cost">Work of an element in additions of f32, 1 or more (<see cref="RowKernel.ParallelWork"/>).</param>
    /// <param name="threads">The most threads to use.</param>
    public static void Run<TBody>(ref TBody body, long count, int cost, int threads)
        where TBody : struct, IRangeBody
    {
        if (threads > 1 && Blocks(count, cost, threads) is > 1 and var blocks)
        {
            var action = new Block<TBody> { Body = Unsafe.AsPointer(ref body), Count = count, Cost = cost, Blocks = blocks };
            WorkerPool.Run(blocks, ref action, threads);
            return;
        }

        Part(ref body, 0, count, cost);
    }

    /// <summary>Runs a loop over an output of <paramref name="count"/> elements; see <see cref="Run{TBody}"/>.</summary>
    /// <param name="body">The body; must lie on the stack.</param>
    /// <param name="loop">The loop, collapsed, at its start; must lie on the stack.</param>
    /// <param name="count">Elements of the output.</param>
    /// <param name="cost">Work of an element in additions of f32, 1 or more.</param>
    /// <param name="threads">The most threads to use.</param>
    public static void RunLoop<TBody>(ref TBody body, ref StridedLoop loop, long count, int cost, int threads)
        where TBody : struct, IRunBody
    {
        if (threads > 1 && Blocks(count, cost, threads) is > 1 and var blocks)
        {
            var runs = new Runs<TBody> { Body = Unsafe.AsPointer(ref body), Loop = Unsafe.AsPointer(ref loop) };
            var action = new Block<Runs<TBody>> { Body = &runs, Count = count, Cost = cost, Blocks = blocks };
            WorkerPool.Run(blocks, ref action, threads);
            return;
        }

        Walk(ref body, ref loop, 0, count);
    }

    private static int Blocks(long count, int cost, int threads)
    {
        long work = count * cost;
        return work < RowKernel.ParallelWork ? 1 : (int)Math.Min((long)WorkerPool.BlocksPerThread * threads, count / Grain);
    }

    private static void Part<TBody>(ref TBody body, long first, long count, int cost)
        where TBody : struct, IRangeBody
    {
        var work = default(WorkCounter);
        for (long end = first + count; first < end;)
        {
            long part = Math.Min(end - first, KernelContext.CheckEvery);
            body.Run(first, part);
            first += part;
            work.Add(part * cost);
        }
    }

    private static void Walk<TBody>(ref TBody body, ref StridedLoop loop, long first, long count)
        where TBody : struct, IRunBody
    {
        for (long end = first + count; first < end;)
        {
            long part = Math.Min(end - first, loop.Inner);
            body.Run(in loop, first, part);
            first += part;
            loop.Next();
        }
    }

    private struct Block<TBody> : IBlockAction
        where TBody : struct, IRangeBody
    {
        public void* Body;
        public long Count;
        public int Cost;
        public int Blocks;

        public readonly void Invoke(int block)
        {
            long first = Start(block);
            Part(ref Unsafe.AsRef<TBody>(Body), first, Start(block + 1) - first, Cost);
        }

        private readonly long Start(int block) => block == Blocks ? Count : Count / Grain * block / Blocks * Grain;
    }

    private struct Runs<TBody> : IRangeBody
        where TBody : struct, IRunBody
    {
        public void* Body;
        public void* Loop;

        public readonly void Run(long first, long count)
        {
            StridedLoop own = Unsafe.AsRef<StridedLoop>(Loop);
            own.Seek(first);
            Walk(ref Unsafe.AsRef<TBody>(Body), ref own, first, count);
        }
    }
}
