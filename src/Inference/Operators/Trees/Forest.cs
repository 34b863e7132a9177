using System.Numerics;
using System.Runtime.CompilerServices;

namespace Inference.Operators.Trees;

/// <summary>Trees ready to be walked. Immutable.</summary>
internal sealed class Forest<C>
    where C : unmanaged, IFloatingPointIeee754<C>
{
    private readonly TreeNode<C>[] _nodes;
    private readonly int[] _roots;
    private readonly C[][] _sets;
    private readonly bool _plain;

    private Forest(TreeNode<C>[] nodes, int[] roots, int[] targets, C[] weights, C[][] sets, int maxFeature)
    {
        _nodes = nodes;
        _roots = roots;
        Targets = targets;
        Weights = weights;
        _sets = sets;
        MaxFeature = maxFeature;
        _plain = Array.TrueForAll(nodes, n => n.Mode == TreeMode.Leaf || (n.Mode == TreeMode.LessOrEqual && !n.MissingIsTrue));
    }

    public int Trees => _roots.Length;

    /// <summary>The highest column that a node reads; −1 for none.</summary>
    public int MaxFeature { get; }

    /// <summary>Targets of the leaves' weights.</summary>
    public int[] Targets { get; }

    /// <summary>Weights of the leaves.</summary>
    public C[] Weights { get; }

    /// <summary>Lays out the trees so that the children of a node are neighbours.</summary>
    public static Forest<C> Build(Node node, TreeSource source, long targets)
    {
        var nodes = new List<TreeNode<C>>();
        var leafTargets = new List<int>();
        var leafWeights = new List<C>();
        var sets = new List<C[]>();
        var roots = new int[source.Roots.Count];
        var seen = new bool[source.Modes.Length];
        var pending = new Stack<(int From, int To)>();
        int maxFeature = -1;
        for (int t = 0; t < roots.Length; t++)
        {
            roots[t] = nodes.Count;
            nodes.Add(default);
            pending.Push((source.Roots[t], roots[t]));
            while (pending.TryPop(out (int From, int To) next))
            {
                if ((uint)next.From >= (uint)seen.Length || seen[next.From])
                {
                    throw new ModelLoadException($"{node.Describe()}: expected a tree, but node {next.From} is reached twice or does not exist.");
                }

                seen[next.From] = true;
                TreeMode mode = source.Modes[next.From];
                var made = new TreeNode<C>
                {
                    Mode = mode,
                    Threshold = C.CreateTruncating(source.Thresholds[next.From]),
                    MissingIsTrue = source.MissingIsTrue[next.From],
                };
                if (mode == TreeMode.Leaf)
                {
                    made.Child = leafTargets.Count;
                    foreach ((long target, double weight) in source.Weights[next.From] ?? [])
                    {
                        if ((ulong)target >= (ulong)targets)
                        {
                            throw new ModelLoadException($"{node.Describe()}: expected targets in [0, {targets - 1}], got {target}.");
                        }

                        leafTargets.Add((int)target);
                        leafWeights.Add(C.CreateTruncating(weight));
                        made.Feature++;
                    }
                }
                else
                {
                    long feature = source.Features[next.From];
                    if (feature is < 0 or > int.MaxValue)
                    {
                        throw new ModelLoadException($"{node.Describe()}: expected feature columns ≥ 0, got {feature}.");
                    }

                    made.Feature = (int)feature;
                    maxFeature = Math.Max(maxFeature, made.Feature);
                    made.Child = nodes.Count;
                    if (mode == TreeMode.Member)
                    {
                        made.Set = sets.Count;
                        sets.Add(Array.ConvertAll(source.Sets[next.From] ?? [], v => C.CreateTruncating(v)));
                    }

                    nodes.Add(default);
                    nodes.Add(default);
                    pending.Push((source.FalseChildren[next.From], made.Child + 1));
                    pending.Push((source.TrueChildren[next.From], made.Child));
                }

                nodes[next.To] = made;
            }
        }

        return new([.. nodes], roots, [.. leafTargets], [.. leafWeights], [.. sets], maxFeature);
    }

    /// <summary>The leaf that a row of features reaches in a tree.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe ref readonly TreeNode<C> Leaf(int tree, C* row)
    {
        TreeNode<C>[] nodes = _nodes;
        ref TreeNode<C> node = ref nodes[_roots[tree]];
        if (_plain)
        {
            while (node.Mode != TreeMode.Leaf)
            {
                node = ref nodes[node.Child + (row[node.Feature] <= node.Threshold ? 0 : 1)];
            }

            return ref node;
        }

        while (node.Mode != TreeMode.Leaf)
        {
            node = ref nodes[node.Child + (Decide(in node, row[node.Feature]) ? 0 : 1)];
        }

        return ref node;
    }

    private bool Decide(in TreeNode<C> node, C value)
    {
        bool holds = node.Mode switch
        {
            TreeMode.LessOrEqual => value <= node.Threshold,
            TreeMode.Less => value < node.Threshold,
            TreeMode.GreaterOrEqual => value >= node.Threshold,
            TreeMode.Greater => value > node.Threshold,
            TreeMode.Equal => value == node.Threshold,
            TreeMode.NotEqual => value != node.Threshold,
            _ => Array.IndexOf(_sets[node.Set], value) >= 0,
        };
        return holds || (node.MissingIsTrue && C.IsNaN(value));
    }
}
