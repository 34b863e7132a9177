using System.Runtime.CompilerServices;
using Inference.Kernels.Simd;
using Inference.Kernels.Threading;

namespace Inference.Operators.Typed;

/// <summary>Runs bodies over elements: in parts between which the call's limits are asked, on several threads where there is enough to do.</summary>
internal static unsafe class ElementRanges
{
    // Parts of a job begin on cache lines of the output, whatever its type, if it does, and on whole bytes of packed types.
    private const long Grain = 64;

    /// <summary>Runs elements [0, <paramref name="count"/>).</summary>
    /// <param name="body">The body; must lie on the stack.</param>
    /// <param name="count">Elements, 0 or more.</param>
    /// <param name="cost">Work of an element in additions of f32, 1 or more (<see cref="RowKernel.ParallelWork"/>).</param>
    /// <param name="threads">The most threads to use.</param>
    public static void Run<TBody>(ref TBody body, long count, int cost, int threads)
        where TBody : struct, IRangeBody => Run(ref body, count, Grain, cost, threads);

    /// <summary>Runs a loop over an output of <paramref name="count"/> elements; see <see cref="Run{TBody}(ref TBody, long, int, int)"/>.</summary>
    /// <param name="body">The body; must lie on the stack.</param>
    /// <param name="loop">The loop, collapsed, at its start; must lie on the stack.</param>
    /// <param name="operands">The loop's operands; must lie on the stack.</param>
    /// <param name="count">Elements of the output.</param>
    /// <param name="cost">Work of an element in additions of f32, 1 or more.</param>
    /// <param name="threads">The most threads to use.</param>
    public static void RunLoop<TBody>(ref TBody body, ref StridedLoop loop, ref RunOperands operands, long count, int cost, int threads)
        where TBody : struct, IRunBody
    {
        if (count == 0)
        {
            return;
        }

        bool rows = ShortRuns.Fit(in loop, in operands);
        if (count * cost >= RowKernel.ParallelWork)
        {
            var runs = new Runs<TBody> { Body = Unsafe.AsPointer(ref body), Loop = Unsafe.AsPointer(ref loop), Operands = Unsafe.AsPointer(ref operands), Rows = rows };
            Run(ref runs, count, rows ? loop.Inner : Grain, cost, threads);
        }
        else if (rows)
        {
            ShortRuns.Walk(ref body, ref loop, operands, 0, count);
        }
        else
        {
            Walk(ref body, ref loop, operands, 0, count);
        }
    }

    private static void Run<TBody>(ref TBody body, long count, long grain, int cost, int threads)
        where TBody : struct, IRangeBody
    {
        int blocks = threads > 1 && count * cost >= RowKernel.ParallelWork ? (int)Math.Min((long)WorkerPool.BlocksPerThread * threads, count / grain) : 1;
        if (blocks > 1)
        {
            var action = new Block<TBody> { Body = Unsafe.AsPointer(ref body), Count = count, Grain = grain, Cost = cost, Blocks = blocks };
            WorkerPool.Run(blocks, ref action, threads);
        }
        else
        {
            Part(ref body, 0, count, grain, cost);
        }
    }

    private static void Part<TBody>(ref TBody body, long first, long count, long grain, int cost)
        where TBody : struct, IRangeBody
    {
        var work = default(WorkCounter);
        // Elements that cost more are asked about more often.
        long most = Math.Max(1, KernelContext.CheckEvery / (grain * cost)) * grain;
        for (long end = first + count; first < end;)
        {
            long part = Math.Min(end - first, most);
            body.Run(first, part);
            first += part;
            work.Add(part * cost);
        }
    }

    // Compiled once for all: the tiers would take the first hundreds of runs.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Walk<TBody>(ref TBody body, ref StridedLoop loop, RunOperands operands, long first, long count)
        where TBody : struct, IRunBody
    {
        RunOperands run = operands;
        for (long end = first + count; first < end;)
        {
            for (int o = 0; o < operands.Count; o++)
            {
                run.Set(o, operands.Data<byte>(o) + (loop.Offset(o) * operands.Size(o)), loop.InnerStride(o));
            }

            long part = Math.Min(end - first, loop.Inner);
            body.Run(in run, first, part);
            first += part;
            loop.Next();
        }
    }

    private struct Block<TBody> : IBlockAction
        where TBody : struct, IRangeBody
    {
        public void* Body;
        public long Count;
        public long Grain;
        public int Cost;
        public int Blocks;

        public readonly void Invoke(int block)
        {
            long first = Start(block);
            Part(ref Unsafe.AsRef<TBody>(Body), first, Start(block + 1) - first, Grain, Cost);
        }

        private readonly long Start(int block) => block == Blocks ? Count : Count / Grain * block / Blocks * Grain;
    }

    private struct Runs<TBody> : IRangeBody
        where TBody : struct, IRunBody
    {
        public void* Body;
        public void* Loop;
        public void* Operands;
        public bool Rows;

        public readonly void Run(long first, long count)
        {
            StridedLoop own = Unsafe.AsRef<StridedLoop>(Loop);
            own.Seek(first);
            if (Rows)
            {
                ShortRuns.Walk(ref Unsafe.AsRef<TBody>(Body), ref own, Unsafe.AsRef<RunOperands>(Operands), first, count);
            }
            else
            {
                Walk(ref Unsafe.AsRef<TBody>(Body), ref own, Unsafe.AsRef<RunOperands>(Operands), first, count);
            }
        }
    }
}
