namespace Inference.Placement;

/// <summary>Groups nodes of one provider into parts as large as they can be without a part depending on itself through another.</summary>
internal static class NodePartitioner
{
    /// <summary>Partitions a graph.</summary>
    /// <param name="owners">The provider of each node, in order; nodes of the same provider may be grouped.</param>
    /// <param name="predecessors">For each node, the earlier nodes whose values it uses.</param>
    /// <param name="alone">Whether a provider's nodes are not grouped (the engine runs its nodes individually).</param>
    /// <returns>The index of the part of each node.</returns>
    public static int[] Partition(IReadOnlyList<string> owners, IReadOnlyList<IReadOnlyCollection<int>> predecessors, Predicate<string> alone)
    {
        var part = new int[owners.Count];
        var dependsOn = new List<HashSet<int>>();
        var partsOf = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        for (int node = 0; node < part.Length; node++)
        {
            HashSet<int> before = [.. predecessors[node].Select(p => part[p])];
            part[node] = -1;
            if (!alone(owners[node]) && partsOf.TryGetValue(owners[node], out List<int>? candidates))
            {
                for (int i = candidates.Count - 1; i >= 0 && part[node] < 0; i--)
                {
                    int candidate = candidates[i];
                    if (before.All(p => p == candidate || !Reaches(p, candidate)))
                    {
                        part[node] = candidate;
                    }
                }
            }

            if (part[node] < 0)
            {
                part[node] = dependsOn.Count;
                dependsOn.Add([]);
                (partsOf.TryGetValue(owners[node], out List<int>? parts) ? parts : partsOf[owners[node]] = []).Add(part[node]);
            }

            before.Remove(part[node]);
            dependsOn[part[node]].UnionWith(before);
        }

        return part;

        bool Reaches(int from, int to)
        {
            var seen = new HashSet<int>();
            var stack = new Stack<int>([from]);
            while (stack.TryPop(out int current))
            {
                if (current == to)
                {
                    return true;
                }

                if (seen.Add(current))
                {
                    foreach (int next in dependsOn[current])
                    {
                        stack.Push(next);
                    }
                }
            }

            return false;
        }
    }
}
