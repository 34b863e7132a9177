using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Inference.Kernels.Memory;

namespace Inference.Kernels.Trees;

/// <summary>
/// Trees walked by a fixed number of steps without a branch, eight walks at a time: eight rows, or eight trees of one row. The
/// children of a node are adjacent, and leaves point to themselves. NaN takes the left child, as no comparison with it holds; a
/// node whose smaller side is on the left compares −x ≤ −t′ instead, on a copy of the row's features with the other sign.
/// </summary>
internal sealed unsafe class TreeWalks : IDisposable
{
    // A step waits about 20 cycles for its node and feature; eight walks at a time fill them.
    private const int Walks = 8;

    // In deep trees most walks end early: whether all have ended is checked after this many steps.
    private const int Stretch = 6;

    // Up to here each leaf keeps a weight for every target, 0 where it has none: 32 bytes of a cache line, added in a vector.
    private const int MaxDenseTargets = 8;

    private readonly NativeBuffer _nodes;
    private readonly NativeBuffer _leaves;
    private readonly NativeBuffer _trees;
    private readonly TreeWalker _weights;
    private readonly int _treeCount;
    private readonly int _features;
    private readonly int _targets;
    private readonly bool _negated;
    private readonly bool _dense;

    private TreeWalks(TreeEnsembleData data, TreeLayout layout, TreeWalker weights)
    {
        _weights = weights;
        _features = data.FeatureCount;
        _targets = data.TargetCount;
        _treeCount = data.Roots.Length;
        _nodes = new NativeBuffer((nint)layout.Count * sizeof(Node));
        _dense = _targets <= MaxDenseTargets;
        _leaves = new NativeBuffer(_dense ? (nint)layout.Count * _targets * sizeof(float) : 0);
        _trees = new NativeBuffer((nint)_treeCount * sizeof(Tree));
        for (int place = 0; place < layout.Count; place++)
        {
            Node node = Canonical(data, layout, place);
            _negated |= node.Feature >= _features;
            ((Node*)_nodes.Pointer)[place] = node;
            if (_dense)
            {
                weights.AddWeights(place, (float*)_leaves.Pointer + ((nint)place * _targets));
            }
        }

        for (int t = 0; t < _treeCount; t++)
        {
            ((Tree*)_trees.Pointer)[t] = new Tree { Root = layout.PlaceOf(data.Roots[t]), Depth = layout.Depths[t] };
        }
    }

    public static TreeWalks Create(TreeEnsembleData data, TreeLayout layout, TreeWalker weights) => new(data, layout, weights);

    /// <summary>The t of x ≤ t for a decision; NaN where it never holds.</summary>
    public static float Threshold(TreeEnsembleData data, int node)
    {
        float threshold = (float)data.Thresholds[node];
        return data.Modes[node] is TreeNodeMode.Less or TreeNodeMode.GreaterOrEqual ? Below(threshold) : threshold;
    }

    public void Run(float* x, nint stride, nint rows, float* scores)
    {
        new Span<float>(scores, checked((int)(rows * _targets))).Clear();
        if (!_negated)
        {
            Walk(x, stride, rows, scores);
            return;
        }

        nint wide = 2 * _features;
        using var scratch = new AlignedScratch<float>(Walks * wide);
        for (nint r = 0; r < rows; r += Walks)
        {
            nint count = nint.Min(Walks, rows - r);
            for (nint i = 0; i < count; i++)
            {
                var row = new ReadOnlySpan<float>(x + ((r + i) * stride), _features);
                var copy = new Span<float>(scratch.Pointer + (i * wide), (int)wide);
                row.CopyTo(copy);
                Negate(row, copy[_features..]);
            }

            Walk(scratch.Pointer, wide, count, scores + (r * _targets));
        }
    }

    public void Dispose()
    {
        _nodes.Dispose();
        _leaves.Dispose();
        _trees.Dispose();
    }

    private static Node Canonical(TreeEnsembleData data, TreeLayout layout, int place)
    {
        int node = layout.Order[place];
        if (data.Modes[node] == TreeNodeMode.Leaf)
        {
            return new Node { Threshold = float.NaN, Left = place };
        }

        float threshold = Threshold(data, node);
        int feature = data.Features[node];
        if (layout.MissingIsSmall(node))
        {
            // x > t is −x < −t. What never holds becomes what always holds.
            threshold = float.IsNaN(threshold) ? float.PositiveInfinity : Below(-threshold);
            feature += data.FeatureCount;
        }

        return new Node { Threshold = threshold, Feature = feature, Left = layout.LeftOf(node) };
    }

    // x < t is x ≤ the next smaller float.
    private static float Below(float threshold) =>
        float.IsNegativeInfinity(threshold) ? float.NaN : MathF.BitDecrement(threshold);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Negate(ReadOnlySpan<float> x, Span<float> y)
    {
        ReadOnlySpan<uint> from = MemoryMarshal.Cast<float, uint>(x);
        Span<uint> to = MemoryMarshal.Cast<float, uint>(y);
        for (int i = 0; i < from.Length; i++)
        {
            to[i] = from[i] ^ 0x80000000u;
        }
    }

    private void Walk(float* x, nint stride, nint rows, float* scores)
    {
        nint done = rows - (rows % Walks);
        if (done > 0)
        {
            WalkRows(x, stride, done, scores);
        }

        for (nint r = done; r < rows; r++)
        {
            WalkTrees(x + (r * stride), scores + (r * _targets));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void WalkRows(float* x, nint features, nint rows, float* scores)
    {
        Node* nodes = (Node*)_nodes.Pointer;
        Tree* trees = (Tree*)_trees.Pointer;
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
                for (int left = depth; left > 0; left -= Stretch)
                {
                    for (int d = Math.Min(left, Stretch); d > 0; d--)
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

                    if (left > Stretch && Ends(nodes, n0) && Ends(nodes, n1) && Ends(nodes, n2) && Ends(nodes, n3) && Ends(nodes, n4) && Ends(nodes, n5) && Ends(nodes, n6) && Ends(nodes, n7))
                    {
                        break;
                    }
                }

                float* to = scores + (r * _targets);
                Add(n0, to + (0 * _targets));
                Add(n1, to + (1 * _targets));
                Add(n2, to + (2 * _targets));
                Add(n3, to + (3 * _targets));
                Add(n4, to + (4 * _targets));
                Add(n5, to + (5 * _targets));
                Add(n6, to + (6 * _targets));
                Add(n7, to + (7 * _targets));
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
            for (int left = depth; left > 0; left -= Stretch)
            {
                for (int d = Math.Min(left, Stretch); d > 0; d--)
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

                if (left > Stretch && Ends(nodes, n0) && Ends(nodes, n1) && Ends(nodes, n2) && Ends(nodes, n3) && Ends(nodes, n4) && Ends(nodes, n5) && Ends(nodes, n6) && Ends(nodes, n7))
                {
                    break;
                }
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
    private static bool Ends(Node* nodes, nint n) => nodes[n].Left == n;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Step(Node* node, float* x) =>
        node->Left + (x[node->Feature] <= node->Threshold ? 1 : 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add(nint leaf, float* scores)
    {
        if (_targets == 1)
        {
            *scores += ((float*)_leaves.Pointer)[leaf];
        }
        else if (_dense)
        {
            float* weights = (float*)_leaves.Pointer + (leaf * _targets);
            for (int t = 0; t < _targets; t++)
            {
                scores[t] += weights[t];
            }
        }
        else
        {
            _weights.AddWeights((int)leaf, scores);
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
}
