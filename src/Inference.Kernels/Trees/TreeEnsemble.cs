using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Inference.Kernels.Memory;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Trees;

/// <summary>
/// Evaluates a tree ensemble on rows of f32. Every decision is brought to the form x ≤ t, children lie side by side and leaves
/// lead to themselves, so a walk is a fixed number of steps without a branch, eight walks at a time: eight rows of a batch, or
/// eight trees of a single row. Rows with NaN, and ensembles with = or ≠ decisions, walk node by node. Immutable; any number
/// of threads may run it. Scores are summed in f32 in the order of the trees.
/// </summary>
public sealed unsafe class TreeEnsemble : IDisposable
{
    private const int RowBlock = 64;

    // A step waits about 20 cycles for its node and feature; eight walks at a time fill them.
    private const int Walks = 8;

    private readonly NativeBuffer _nodes;
    private readonly NativeBuffer _leaves;
    private readonly NativeBuffer _trees;
    private readonly TreeWalker _general;
    private readonly bool _branchFree;
    private readonly int _treeCount;
    private readonly TreeAggregation _aggregation;

    private TreeEnsemble(TreeEnsembleData data)
    {
        var layout = new TreeLayout(data);
        FeatureCount = data.FeatureCount;
        TargetCount = data.TargetCount;
        _aggregation = data.Aggregation;
        _treeCount = data.Roots.Length;
        _general = new TreeWalker(data, layout);
        _branchFree = FeatureCount > 0 && !Array.Exists(data.Modes, m => m is TreeNodeMode.Equal or TreeNodeMode.NotEqual);
        _nodes = new NativeBuffer((nint)layout.Count * sizeof(Node));
        _leaves = new NativeBuffer((nint)layout.Count * sizeof(float));
        _trees = new NativeBuffer((nint)_treeCount * sizeof(Tree));
        for (int place = 0; place < layout.Count; place++)
        {
            ((Node*)_nodes.Pointer)[place] = Canonical(data, layout, place);
            ((float*)_leaves.Pointer)[place] = _general.FirstWeight(place);
        }

        for (int t = 0; t < _treeCount; t++)
        {
            ((Tree*)_trees.Pointer)[t] = new Tree { Root = layout.PlaceOf(data.Roots[t]), Depth = layout.Depths[t] };
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
    public void Run(float* x, nint rows, float* scores, int maxThreads = 1)
    {
        var action = new Blocks { Owner = this, X = x, Rows = rows, Scores = scores };
        bool parallel = maxThreads > 1 && rows * (long)_treeCount >= 4096;
        WorkerPool.Run((int)((rows + RowBlock - 1) / RowBlock), ref action, parallel ? maxThreads : 1);
        GC.KeepAlive(this);
    }

    /// <summary>As for f32 rows, with decisions in f64; node by node.</summary>
    /// <param name="x">[rows, FeatureCount].</param>
    /// <param name="rows">Rows.</param>
    /// <param name="scores">[rows, TargetCount].</param>
    public void Run(double* x, nint rows, double* scores)
    {
        for (nint r = 0; r < rows; r++)
        {
            _general.Score(new ReadOnlySpan<double>(x + (r * FeatureCount), FeatureCount), new Span<double>(scores + (r * TargetCount), TargetCount));
        }
    }

    /// <summary>Frees the nodes. No call may use the evaluator any more.</summary>
    public void Dispose()
    {
        _nodes.Dispose();
        _leaves.Dispose();
        _trees.Dispose();
    }

    // Right child: x ≤ threshold. A leaf compares with NaN, which never holds, and so stays. The layout puts the child for
    // "greater" on the left, whichever of the two it is.
    private static Node Canonical(TreeEnsembleData data, TreeLayout layout, int place)
    {
        int node = layout.Order[place];
        float threshold = (float)data.Thresholds[node];
        return data.Modes[node] switch
        {
            TreeNodeMode.LessOrEqual or TreeNodeMode.Greater =>
                new Node { Threshold = threshold, Feature = data.Features[node], Left = layout.LeftOf(node) },
            TreeNodeMode.Less or TreeNodeMode.GreaterOrEqual =>
                new Node { Threshold = Below(threshold), Feature = data.Features[node], Left = layout.LeftOf(node) },
            _ => new Node { Threshold = float.NaN, Left = place },
        };
    }

    // x < t is x ≤ the next smaller float.
    private static float Below(float threshold) =>
        float.IsNegativeInfinity(threshold) ? float.NaN : MathF.BitDecrement(threshold);

    private void RunRows(float* x, nint rows, float* scores)
    {
        bool all = _branchFree;
        for (nint r = 0; r < rows && all; r++)
        {
            all = !HasNaN(x + (r * FeatureCount));
        }

        if (!all || _aggregation is TreeAggregation.Min or TreeAggregation.Max)
        {
            for (nint r = 0; r < rows; r++)
            {
                _general.Score(new ReadOnlySpan<float>(x + (r * FeatureCount), FeatureCount), new Span<float>(scores + (r * TargetCount), TargetCount));
            }

            return;
        }

        new Span<float>(scores, checked((int)(rows * TargetCount))).Clear();
        nint done = 0;
        if (rows >= Walks)
        {
            done = rows - (rows % Walks);
            WalkRows(x, done, scores);
        }

        for (nint r = done; r < rows; r++)
        {
            WalkTrees(x + (r * FeatureCount), scores + (r * TargetCount));
        }

        if (_aggregation == TreeAggregation.Average)
        {
            for (nint i = 0; i < rows * TargetCount; i++)
            {
                scores[i] /= _treeCount;
            }
        }
    }

    private bool HasNaN(float* x)
    {
        // A sum of x·0 is NaN exactly when an x is NaN or infinite; only then each is looked at.
        float sum = 0f;
        for (int i = 0; i < FeatureCount; i++)
        {
            sum += x[i] * 0f;
        }

        for (int i = 0; i < FeatureCount && float.IsNaN(sum); i++)
        {
            if (float.IsNaN(x[i]))
            {
                return true;
            }
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void WalkRows(float* x, nint rows, float* scores)
    {
        Node* nodes = (Node*)_nodes.Pointer;
        Tree* trees = (Tree*)_trees.Pointer;
        nint features = FeatureCount;
        for (int t = 0; t < _treeCount; t++)
        {
            nint root = trees[t].Root;
            int depth = trees[t].Depth;
            for (nint r = 0; r < rows; r += Walks)
            {
                float* x0 = x + (r * features);
                float* x1 = x0 + features;
                float* x2 = x1 + features;
                float* x3 = x2 + features;
                float* x4 = x3 + features;
                float* x5 = x4 + features;
                float* x6 = x5 + features;
                float* x7 = x6 + features;
                nint n0 = root;
                nint n1 = root;
                nint n2 = root;
                nint n3 = root;
                nint n4 = root;
                nint n5 = root;
                nint n6 = root;
                nint n7 = root;
                for (int d = depth; d > 0; d--)
                {
                    n0 = Step(nodes + n0, x0);
                    n1 = Step(nodes + n1, x1);
                    n2 = Step(nodes + n2, x2);
                    n3 = Step(nodes + n3, x3);
                    n4 = Step(nodes + n4, x4);
                    n5 = Step(nodes + n5, x5);
                    n6 = Step(nodes + n6, x6);
                    n7 = Step(nodes + n7, x7);
                }

                float* to = scores + (r * TargetCount);
                Add(n0, to + (0 * TargetCount));
                Add(n1, to + (1 * TargetCount));
                Add(n2, to + (2 * TargetCount));
                Add(n3, to + (3 * TargetCount));
                Add(n4, to + (4 * TargetCount));
                Add(n5, to + (5 * TargetCount));
                Add(n6, to + (6 * TargetCount));
                Add(n7, to + (7 * TargetCount));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void WalkTrees(float* x, float* scores)
    {
        Node* nodes = (Node*)_nodes.Pointer;
        Tree* trees = (Tree*)_trees.Pointer;
        int t = 0;
        for (; t + Walks <= _treeCount; t += Walks)
        {
            int depth = 0;
            for (int i = 0; i < Walks; i++)
            {
                depth = Math.Max(depth, trees[t + i].Depth);
            }

            nint n0 = trees[t + 0].Root;
            nint n1 = trees[t + 1].Root;
            nint n2 = trees[t + 2].Root;
            nint n3 = trees[t + 3].Root;
            nint n4 = trees[t + 4].Root;
            nint n5 = trees[t + 5].Root;
            nint n6 = trees[t + 6].Root;
            nint n7 = trees[t + 7].Root;
            for (int d = depth; d > 0; d--)
            {
                n0 = Step(nodes + n0, x);
                n1 = Step(nodes + n1, x);
                n2 = Step(nodes + n2, x);
                n3 = Step(nodes + n3, x);
                n4 = Step(nodes + n4, x);
                n5 = Step(nodes + n5, x);
                n6 = Step(nodes + n6, x);
                n7 = Step(nodes + n7, x);
            }

            Add(n0, scores);
            Add(n1, scores);
            Add(n2, scores);
            Add(n3, scores);
            Add(n4, scores);
            Add(n5, scores);
            Add(n6, scores);
            Add(n7, scores);
        }

        for (; t < _treeCount; t++)
        {
            nint n = trees[t].Root;
            for (int d = trees[t].Depth; d > 0; d--)
            {
                n = Step(nodes + n, x);
            }

            Add(n, scores);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Step(Node* node, float* x) =>
        node->Left + (x[node->Feature] <= node->Threshold ? 1 : 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add(nint leaf, float* scores)
    {
        if (TargetCount == 1)
        {
            *scores += ((float*)_leaves.Pointer)[leaf];
        }
        else
        {
            _general.AddWeights((int)leaf, scores);
        }
    }

    // 16 bytes: an index becomes an address by a shift.
    [StructLayout(LayoutKind.Sequential, Size = 16)]
    private struct Node
    {
        public float Threshold;
        public int Feature;
        public int Left;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Tree
    {
        public int Root;
        public int Depth;
    }

    private struct Blocks : IBlockAction
    {
        public TreeEnsemble Owner;
        public float* X;
        public nint Rows;
        public float* Scores;

        public readonly void Invoke(int block)
        {
            nint first = (nint)block * RowBlock;
            Owner.RunRows(
                X + (first * Owner.FeatureCount), nint.Min(RowBlock, Rows - first), Scores + (first * Owner.TargetCount));
        }
    }
}
