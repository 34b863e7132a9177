using Inference.Kernels.Threading;

namespace Inference.Kernels.Trees;

/// <summary>
/// Evaluates a tree ensemble on rows of f32. Every decision is brought to the form x ≤ t. Blocks of rows evaluate all decisions of
/// small trees at once, sixteen rows in a vector (<see cref="TreeBitvectors"/>); other rows walk, eight walks at a time without a
/// branch (<see cref="TreeWalks"/>). NaN has no extra cost. Ensembles with = or ≠ decisions, or with minimum or maximum, walk node
/// by node. Immutable; any number of threads may run it. Scores are summed in f32 in the order of the trees.
/// </summary>
internal sealed unsafe class TreeEnsemble : IDisposable
{
    // Rows of a block and their scores stay in the first-level cache while all trees pass over them: 16 KB at 64 features.
    private const int RowBlock = 64;

    // A tree of a row in a nanosecond.
    internal const long ParallelTrees = WorkerPool.SharedNanoseconds;

    private readonly TreeWalker _general;
    private readonly TreeWalks? _walks;
    private readonly TreeBitvectors? _bitvectors;
    private readonly TreeAggregation _aggregation;
    private readonly int _treeCount;

    private TreeEnsemble(TreeEnsembleData data)
    {
        var layout = new TreeLayout(data);
        FeatureCount = data.FeatureCount;
        TargetCount = data.TargetCount;
        _aggregation = data.Aggregation;
        _treeCount = data.Roots.Length;
        _general = new TreeWalker(data, layout);
        if (data.Aggregation is TreeAggregation.Sum or TreeAggregation.Average
            && FeatureCount > 0 && !Array.Exists(data.Modes, m => m is TreeNodeMode.Equal or TreeNodeMode.NotEqual))
        {
            _walks = TreeWalks.Create(data, layout, _general);
            _bitvectors = TreeBitvectors.Create(data, layout, _general);
        }
    }

    /// <summary>Features of a row.</summary>
    public int FeatureCount { get; }

    /// <summary>Scores of a row.</summary>
    public int TargetCount { get; }

    /// <summary>Builds an evaluator.</summary>
    /// <param name="data">The ensemble; copied.</param>
    /// <returns>The evaluator; the caller owns it.</returns>
    /// <exception cref="ArgumentException">Nodes do not form trees, or a feature or target is out of range.</exception>
    public static TreeEnsemble Create(TreeEnsembleData data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return new TreeEnsemble(data);
    }

    /// <summary>scores[r] = aggregation over trees of the weights of the leaf that x[r] reaches.</summary>
    /// <param name="x">[rows, FeatureCount].</param>
    /// <param name="rows">Rows.</param>
    /// <param name="scores">[rows, TargetCount].</param>
    /// <param name="maxThreads">The most threads to use.</param>
    public void Run(float* x, nint rows, float* scores, int maxThreads = 1) => Run(x, FeatureCount, rows, scores, maxThreads);

    /// <summary>As above, for rows with a stride of <paramref name="stride"/> elements.</summary>
    /// <param name="x">[rows, stride].</param>
    /// <param name="stride">Elements from one row to the next, FeatureCount or more.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="scores">[rows, TargetCount].</param>
    /// <param name="maxThreads">The most threads to use.</param>
    public void Run(float* x, nint stride, nint rows, float* scores, int maxThreads = 1)
    {
        KernelAssert.Matrix(x, rows, FeatureCount, stride);
        KernelAssert.NotNegative(rows);
        var action = new Blocks { Owner = this, X = x, Stride = stride, Rows = rows, Scores = scores };
        bool parallel = maxThreads > 1 && rows * (long)_treeCount >= ParallelTrees;
        WorkerPool.Run((int)((rows + RowBlock - 1) / RowBlock), ref action, parallel ? maxThreads : 1);
        GC.KeepAlive(this);
    }

    /// <summary>As for f32 rows, with decisions in f64; node by node.</summary>
    /// <param name="x">[rows, FeatureCount].</param>
    /// <param name="rows">Rows.</param>
    /// <param name="scores">[rows, TargetCount].</param>
    public void Run(double* x, nint rows, double* scores)
    {
        KernelAssert.Matrix(x, rows, FeatureCount, FeatureCount);
        KernelAssert.NotNegative(rows);
        for (nint r = 0; r < rows; r++)
        {
            _general.Score(new ReadOnlySpan<double>(x + (r * FeatureCount), FeatureCount), new Span<double>(scores + (r * TargetCount), TargetCount));
        }
    }

    /// <summary>Frees the nodes. No call may use the evaluator any more.</summary>
    public void Dispose()
    {
        _walks?.Dispose();
        _bitvectors?.Dispose();
    }

    private void RunRows(float* x, nint stride, nint rows, float* scores)
    {
        if (_walks is null)
        {
            for (nint r = 0; r < rows; r++)
            {
                _general.Score(new ReadOnlySpan<float>(x + (r * stride), FeatureCount), new Span<float>(scores + (r * TargetCount), TargetCount));
            }

            return;
        }

        nint done = _bitvectors is null ? 0 : _bitvectors.Run(x, stride, rows, scores);
        if (done < rows)
        {
            _walks.Run(x + (done * stride), stride, rows - done, scores + (done * TargetCount));
        }

        if (_aggregation == TreeAggregation.Average)
        {
            for (nint i = 0; i < rows * TargetCount; i++)
            {
                scores[i] /= _treeCount;
            }
        }
    }

    private struct Blocks : IBlockAction
    {
        public TreeEnsemble Owner;
        public float* X;
        public nint Stride;
        public nint Rows;
        public float* Scores;

        public readonly void Invoke(int block)
        {
            nint first = (nint)block * RowBlock;
            Owner.RunRows(X + (first * Stride), Stride, nint.Min(RowBlock, Rows - first), Scores + (first * Owner.TargetCount));
        }
    }
}
