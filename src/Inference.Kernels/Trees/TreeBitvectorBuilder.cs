namespace Inference.Kernels.Trees;

/// <summary>Converts an ensemble to the layout of <see cref="TreeBitvectors"/>.</summary>
internal sealed class TreeBitvectorBuilder(TreeEnsembleData data, TreeLayout layout, TreeWalker weights, int maxLeaves)
{
    private const int WordLeaves = TreeBitvectors.WordLeaves;
    private const int ColumnBytes = TreeBitvectors.Lanes * sizeof(float);

    // Columns of sixteen rows take 256 KB of the second-level cache.
    private const int MaxColumns = 4096;

    private readonly Dictionary<int, int> _columns = [];
    private readonly List<TreeBitNode> _failing = [];
    private readonly List<int> _leaves = [];

    public List<TreeBitNode> Nodes { get; } = [];

    public List<TreeBitTree> Trees { get; } = [];

    /// <summary>Target of each table of leaf weights.</summary>
    public List<int> Payloads { get; } = [];

    /// <summary>Weights of the leaves of each tree, a table for each of its targets.</summary>
    public List<float> Weights { get; } = [];

    /// <summary>Feature of each column.</summary>
    public List<int> Features { get; } = [];

    public int Targets => data.TargetCount;

    /// <summary>Steps that a walk takes through all trees.</summary>
    public int Steps { get; private set; }

    /// <summary>Builds; false where a tree is too large.</summary>
    public bool Build()
    {
        for (int t = 0; t < data.Roots.Length; t++)
        {
            int first = Nodes.Count;
            _failing.Clear();
            _leaves.Clear();
            if (layout.Depths[t] >= maxLeaves || !Visit(data.Roots[t]) || Features.Count > MaxColumns)
            {
                return false;
            }

            int passing = Nodes.Count - first;
            Nodes.AddRange(_failing);
            int words = _leaves.Count <= WordLeaves ? 1 : 2;
            Trees.Add(new TreeBitTree { Nodes = Nodes.Count - first, SmallOnMissing = passing, Words = words, Payloads = AddWeights(words) });
            Steps += layout.Depths[t];
        }

        return true;
    }

    // In order: the leaves below a node are consecutive.
    private bool Visit(int node)
    {
        if (data.Modes[node] == TreeNodeMode.Leaf)
        {
            _leaves.Add(layout.PlaceOf(node));
            return _leaves.Count <= maxLeaves;
        }

        int from = _leaves.Count;
        (int small, int large) = layout.ByValue(node);
        if (!Visit(small))
        {
            return false;
        }

        ulong below = Bits(from, _leaves.Count);
        float threshold = TreeWalks.Threshold(data, node);
        bool passes = layout.MissingIsSmall(node);
        if (float.IsNaN(threshold) && passes)
        {
            // Fails for every number but not for NaN: no comparison does that.
            return false;
        }

        var made = new TreeBitNode { Threshold = threshold, Column = Column(data.Features[node]) * ColumnBytes, High = (uint)(~below >> WordLeaves), Low = (uint)~below };
        (passes ? Nodes : _failing).Add(made);
        return Visit(large);
    }

    // Leaf 0 is the highest bit.
    private static ulong Bits(int from, int to)
    {
        ulong upTo = to == 64 ? ulong.MaxValue : ~(ulong.MaxValue >> to);
        return upTo & (ulong.MaxValue >> from);
    }

    private int Column(int feature)
    {
        if (!_columns.TryGetValue(feature, out int column))
        {
            column = Features.Count;
            _columns.Add(feature, column);
            Features.Add(feature);
        }

        return column;
    }

    private unsafe int AddWeights(int words)
    {
        var table = new float[_leaves.Count * data.TargetCount];
        var used = new bool[data.TargetCount];
        fixed (float* p = table)
        {
            for (int i = 0; i < _leaves.Count; i++)
            {
                weights.AddWeights(_leaves[i], p + (i * data.TargetCount));
                weights.MarkTargets(_leaves[i], used);
            }
        }

        int payloads = 0;
        for (int target = 0; target < used.Length; target++)
        {
            if (!used[target])
            {
                continue;
            }

            payloads++;
            Payloads.Add(target);
            for (int i = 0; i < words * WordLeaves; i++)
            {
                Weights.Add(i < _leaves.Count ? table[(i * data.TargetCount) + target] : 0f);
            }
        }

        return payloads;
    }
}
