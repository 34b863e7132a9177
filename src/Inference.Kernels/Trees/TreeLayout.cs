namespace Inference.Kernels.Trees;

/// <summary>Checks an ensemble and lays its nodes out breadth first, the two children of a node side by side.</summary>
internal sealed class TreeLayout
{
    private readonly TreeEnsembleData _data;
    private readonly int[] _place;

    public TreeLayout(TreeEnsembleData data)
    {
        _data = data;
        int nodes = data.Modes.Length;
        _place = new int[nodes];
        Array.Fill(_place, -1);
        Order = new int[nodes];
        Depths = new int[data.Roots.Length];
        int count = 0;
        var level = new List<int>();
        var next = new List<int>();
        for (int tree = 0; tree < data.Roots.Length; tree++)
        {
            level.Clear();
            Put(data.Roots[tree], ref count);
            level.Add(data.Roots[tree]);
            while (level.Count > 0)
            {
                next.Clear();
                foreach (int node in level)
                {
                    if (data.Modes[node] != TreeNodeMode.Leaf)
                    {
                        CheckFeature(node);
                        (int left, int right) = Children(node);
                        Put(left, ref count);
                        Put(right, ref count);
                        next.Add(left);
                        next.Add(right);
                    }
                }

                Depths[tree] += next.Count > 0 ? 1 : 0;
                (level, next) = (next, level);
            }
        }

        Count = count;
    }

    /// <summary>Original node at each place.</summary>
    public int[] Order { get; }

    /// <summary>Nodes reached from the roots.</summary>
    public int Count { get; }

    /// <summary>Decisions on the longest path of each tree.</summary>
    public int[] Depths { get; }

    /// <summary>Place of an original node, or −1.</summary>
    public int PlaceOf(int node) => _place[node];

    /// <summary>Place of the left child of a node; the right child follows it.</summary>
    public int LeftOf(int node) => _place[Children(node).Left];

    /// <summary>Whether NaN takes the child for the smaller values.</summary>
    public bool MissingIsSmall(int node) =>
        (_data.MissingTracksTrue is { } missing && missing[node]) != (_data.Modes[node] is TreeNodeMode.Greater or TreeNodeMode.GreaterOrEqual);

    /// <summary>The children for the smaller and for the larger values.</summary>
    public (int Small, int Large) ByValue(int node) => _data.Modes[node] is TreeNodeMode.Greater or TreeNodeMode.GreaterOrEqual
        ? (_data.FalseChildren[node], _data.TrueChildren[node])
        : (_data.TrueChildren[node], _data.FalseChildren[node]);

    // On the left: the child that NaN takes, since a comparison with NaN never holds.
    private (int Left, int Right) Children(int node)
    {
        (int small, int large) = ByValue(node);
        return MissingIsSmall(node) ? (small, large) : (large, small);
    }

    private void Put(int node, ref int count)
    {
        if ((uint)node >= (uint)_place.Length || _place[node] >= 0)
        {
            throw new ArgumentException(
                $"Tree ensemble: expected each child to be one of {_place.Length} nodes and to have one parent, got node {node} again or "
                + "outside. Check the node ids.");
        }

        Order[count] = node;
        _place[node] = count++;
    }

    private void CheckFeature(int node)
    {
        if ((uint)_data.Features[node] >= (uint)_data.FeatureCount)
        {
            throw new ArgumentException(
                $"Tree ensemble: node {node} uses feature {_data.Features[node]}, but rows have {_data.FeatureCount}. Check the feature ids.");
        }
    }
}
