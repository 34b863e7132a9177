namespace Inference.Operators.Trees;

/// <summary>Checks of trees that a model states, and what can be told of them before they run.</summary>
internal static class TreeChecks
{
    /// <summary>Walks all trees; returns the highest column that a decision reads, −1 for none.</summary>
    /// <exception cref="ModelLoadException">Nodes do not form trees, or a column or target is out of range.</exception>
    public static int Check(Node node, TreeSource source, long targets)
    {
        var seen = new bool[source.Modes.Length];
        var pending = new Stack<int>();
        int highest = -1;
        foreach (int root in source.Roots)
        {
            pending.Push(root);
            while (pending.TryPop(out int next))
            {
                if ((uint)next >= (uint)seen.Length || seen[next])
                {
                    throw new ModelLoadException($"{node.Describe()}: expected a tree, but node {next} is reached twice or does not exist.");
                }

                seen[next] = true;
                if (source.Modes[next] == TreeMode.Leaf)
                {
                    CheckTargets(node, source.Weights[next], targets);
                    continue;
                }

                long feature = source.Features[next];
                if (feature is < 0 or >= int.MaxValue)
                {
                    throw new ModelLoadException($"{node.Describe()}: expected feature columns ≥ 0, got {feature}.");
                }

                highest = Math.Max(highest, (int)feature);
                pending.Push(source.FalseChildren[next]);
                pending.Push(source.TrueChildren[next]);
            }
        }

        return highest;
    }

    /// <summary>Sets, per target, whether each row gets a weight for it. False where that depends on the row.</summary>
    public static bool FindScored(TreeSource source, bool[] scored)
    {
        var any = new bool[scored.Length];
        var leaves = new int[scored.Length];
        var last = new int[scored.Length];
        var met = new List<int>();
        Array.Fill(last, -1);
        var pending = new Stack<int>();
        foreach (int root in source.Roots)
        {
            met.Clear();
            int count = 0;
            pending.Push(root);
            while (pending.TryPop(out int next))
            {
                if (source.Modes[next] != TreeMode.Leaf)
                {
                    pending.Push(source.FalseChildren[next]);
                    pending.Push(source.TrueChildren[next]);
                    continue;
                }

                count++;
                foreach ((long target, _) in source.Weights[next] ?? [])
                {
                    if (last[target] != next)
                    {
                        any[target] = true;
                        last[target] = next;
                        leaves[target]++;
                        met.Add((int)target);
                    }
                }
            }

            foreach (int target in met)
            {
                scored[target] |= leaves[target] == count;
            }

            foreach (int target in met)
            {
                leaves[target] = 0;
            }
        }

        for (int target = 0; target < scored.Length; target++)
        {
            if (any[target] != scored[target])
            {
                return false;
            }
        }

        return true;
    }

    private static void CheckTargets(Node node, List<(long Target, double Weight)>? weights, long targets)
    {
        foreach ((long target, _) in weights ?? [])
        {
            if ((ulong)target >= (ulong)targets)
            {
                throw new ModelLoadException($"{node.Describe()}: expected targets in [0, {targets - 1}], got {target}.");
            }
        }
    }
}
