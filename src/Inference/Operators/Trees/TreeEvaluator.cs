using System.Numerics;
using Inference.Kernels.Threading;
using Inference.Operators.Scoring;

namespace Inference.Operators.Trees;

/// <summary>Adds up the leaves that each row reaches, tree by tree, in the threshold's type.</summary>
internal sealed class TreeEvaluator<C>(Forest<C> forest, int targets, TreeAggregate aggregate)
    where C : unmanaged, IFloatingPointIeee754<C>
{
    // A tree of a row in a nanosecond; a walk over many levels takes longer.
    private const long ParallelTrees = WorkerPool.SharedNanoseconds;

    // A block has scratch of its own; rows of 16 look at the clock once.
    private const int RowsPerBlock = 16;

    public Forest<C> Forest => forest;

    public int Targets => targets;

    /// <summary>Scratch a run needs, bytes.</summary>
    public unsafe long ScratchBytes(long rows, long columns) => checked((columns * Blocks(rows) * sizeof(C)) + 64 + (targets * Blocks(rows) * (sizeof(C) + 1L)));

    /// <summary>Calls <paramref name="finish"/> with the scores of each row; a row may come on any thread.</summary>
    /// <typeparam name="TFinish">Takes what a row scored.</typeparam>
    public unsafe void Run<TFinish>(KernelContext context, Tensor x, byte* scratch, TFinish finish)
        where TFinish : struct, IRowFinish<C>
    {
        (long rows, long columns) = FeatureRows.Size(x);
        if (rows > 0 && forest.MaxFeature >= columns)
        {
            throw context.Error($"input 0: expected at least {forest.MaxFeature + 1} columns, got {columns}.");
        }

        var action = new RowBlocks<TFinish>
        {
            Context = context,
            Owner = this,
            X = x,
            Finish = finish,
            Rows = rows,
            Columns = columns,
            Buffers = (C*)scratch,
            Scores = (C*)scratch + (columns * Blocks(rows)),
            Has = (bool*)((C*)scratch + ((columns + targets) * Blocks(rows))),
        };
        int threads = rows * forest.Trees >= ParallelTrees ? context.Threads : 1;
        if (threads == 1)
        {
            for (int block = 0; block < Blocks(rows); block++)
            {
                action.Invoke(block);
            }
        }
        else
        {
            WorkerPool.Run((int)Blocks(rows), ref action, threads);
        }
    }

    // At most 64 blocks, so that scratch stays small.
    private static long Blocks(long rows) => Math.Clamp((rows + RowsPerBlock - 1) / RowsPerBlock, 1, 64);

    private unsafe void Score(C* row, Span<C> scores, Span<bool> has)
    {
        scores.Clear();
        has.Clear();
        C[] weights = forest.Weights;
        int[] ids = forest.Targets;
        for (int tree = 0; tree < forest.Trees; tree++)
        {
            ref readonly TreeNode<C> leaf = ref forest.Leaf(tree, row);
            int end = leaf.Child + leaf.Feature;
            for (int i = leaf.Child; i < end; i++)
            {
                int target = ids[i];
                ref C score = ref scores[target];
                C weight = weights[i];
                score = !has[target] ? (aggregate is TreeAggregate.Min or TreeAggregate.Max ? weight : score + weight) : aggregate switch
                {
                    TreeAggregate.Min => weight < score ? weight : score,
                    TreeAggregate.Max => weight > score ? weight : score,
                    _ => score + weight,
                };
                has[target] = true;
            }
        }

        if (aggregate == TreeAggregate.Average)
        {
            foreach (ref C score in scores)
            {
                score /= C.CreateTruncating(forest.Trees);
            }
        }
    }

    private unsafe struct RowBlocks<TFinish> : IBlockAction
        where TFinish : struct, IRowFinish<C>
    {
        public KernelContext Context;
        public TreeEvaluator<C> Owner;
        public Tensor X;
        public TFinish Finish;
        public long Rows;
        public long Columns;
        public C* Buffers;
        public C* Scores;
        public bool* Has;

        public readonly void Invoke(int block)
        {
            long blocks = Blocks(Rows);
            long first = Rows * block / blocks;
            long last = Rows * (block + 1) / blocks;
            var scores = new Span<C>(Scores + ((long)block * Owner.Targets), Owner.Targets);
            var has = new Span<bool>(Has + ((long)block * Owner.Targets), Owner.Targets);
            for (long row = first; row < last; row++)
            {
                if ((row & 15) == 0)
                {
                    Context.ThrowIfCancelled();
                }

                Owner.Score(FeatureRows.Row(X, row, Columns, Buffers + (block * Columns)), scores, has);
                Finish.Row((int)row, scores, has);
            }
        }
    }
}
