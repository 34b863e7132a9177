using Inference.Onnx;

namespace Inference.Import;

/// <summary>Puts nodes in an order in which every value is made before it is used.</summary>
internal sealed class NodeOrder
{
    // The values that a subgraph needs are requested by every enclosing graph; because they are found once, nested graphs cost only as much as their nodes.
    private readonly Dictionary<OnnxGraph, HashSet<string>> _freeNames = new(ReferenceEqualityComparer.Instance);

    /// <summary>The nodes in a valid order; the file's own order where that is valid.</summary>
    /// <exception cref="ModelLoadException">The nodes form a cycle.</exception>
    public IReadOnlyList<OnnxNode> Sort(IReadOnlyList<OnnxNode> nodes, string graphName)
    {
        var producer = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < nodes.Count; i++)
        {
            foreach (string output in nodes[i].Outputs)
            {
                if (output.Length > 0)
                {
                    producer.TryAdd(output, i);
                }
            }
        }

        IReadOnlyList<OnnxNode> result = Sort(nodes, n => FreeNames(n).Select(name => producer.GetValueOrDefault(name, -1)));
        return result.Count == nodes.Count
            ? result
            : throw new ModelLoadException($"Graph '{graphName}': {nodes.Count - result.Count} nodes form a cycle; a graph must have none. The model is not valid.");
    }

    /// <summary>Nodes in a valid order, their own where that is valid; those of cycles are left out.</summary>
    /// <param name="nodes">The nodes.</param>
    /// <param name="needs">For a node the positions of those that it needs; negative ones count for nothing.</param>
    public static IReadOnlyList<T> Sort<T>(IReadOnlyList<T> nodes, Func<T, IEnumerable<int>> needs)
    {
        var waitsFor = new int[nodes.Count];
        var users = new List<int>?[nodes.Count];
        bool sorted = true;
        for (int i = 0; i < nodes.Count; i++)
        {
            foreach (int source in needs(nodes[i]))
            {
                if (source >= 0)
                {
                    sorted &= source < i;
                    (users[source] ??= []).Add(i);
                    waitsFor[i]++;
                }
            }
        }

        if (sorted)
        {
            return nodes;
        }

        // Ready nodes are taken in the file's order, so that the result does not depend on hashing.
        var ready = new PriorityQueue<int, int>();
        for (int i = 0; i < nodes.Count; i++)
        {
            if (waitsFor[i] == 0)
            {
                ready.Enqueue(i, i);
            }
        }

        var result = new List<T>(nodes.Count);
        while (ready.TryDequeue(out int index, out _))
        {
            result.Add(nodes[index]);
            foreach (int user in users[index] ?? [])
            {
                if (--waitsFor[user] == 0)
                {
                    ready.Enqueue(user, user);
                }
            }
        }

        return result;
    }

    /// <summary>Names a node needs from around it: its inputs, and what its inner graphs use but do not make.</summary>
    public IEnumerable<string> FreeNames(OnnxNode node)
    {
        foreach (string input in node.Inputs)
        {
            if (input.Length > 0)
            {
                yield return input;
            }
        }

        foreach (OnnxAttribute attribute in node.Attributes)
        {
            if (attribute.Graph is { } graph)
            {
                foreach (string name in FreeNames(graph))
                {
                    yield return name;
                }
            }

            foreach (OnnxGraph inner in attribute.Graphs)
            {
                foreach (string name in FreeNames(inner))
                {
                    yield return name;
                }
            }
        }
    }

    private HashSet<string> FreeNames(OnnxGraph graph)
    {
        if (_freeNames.TryGetValue(graph, out HashSet<string>? known))
        {
            return known;
        }

        var made = new HashSet<string>(StringComparer.Ordinal);
        made.UnionWith(graph.Inputs.Select(i => i.Name));
        made.UnionWith(graph.Initializers.Select(i => i.Name));
        made.UnionWith(graph.SparseInitializers.Select(i => i.Name));
        made.UnionWith(graph.Nodes.SelectMany(n => n.Outputs));
        var used = new HashSet<string>(graph.Nodes.SelectMany(FreeNames), StringComparer.Ordinal);
        used.UnionWith(graph.Outputs.Select(o => o.Name));
        used.ExceptWith(made);
        _freeNames.Add(graph, used);
        return used;
    }
}
