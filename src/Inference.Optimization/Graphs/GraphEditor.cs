using Inference.Onnx;

namespace Inference.Optimization.Graphs;

/// <summary>Edits a copy of a model: names, constants, insertion in topological order, clean-up.</summary>
internal sealed class GraphEditor
{
    private GraphIndex? _index;

    public GraphEditor(OnnxModel model)
    {
        Model = model;
        Names = new NameScope(model.Graph);
    }

    public OnnxModel Model { get; }

    public OnnxGraph Graph => Model.Graph;

    public NameScope Names { get; }

    /// <summary>The index of the current graph; rebuilt after <see cref="Changed"/>.</summary>
    public GraphIndex Index => _index ??= new GraphIndex(Graph);

    public void Changed() => _index = null;

    public string AddConstant(OnnxTensor tensor)
    {
        Graph.Initializers.Add(tensor);
        _index = null;
        return tensor.Name;
    }

    public string AddFloats(string stem, ReadOnlySpan<float> values, params ReadOnlySpan<long> dims) =>
        AddConstant(OnnxTensor.Create(Names.New(stem), values, dims));

    public string AddScalar<T>(string stem, T value)
        where T : unmanaged => AddConstant(OnnxTensor.Create(Names.New(stem), new ReadOnlySpan<T>(in value)));

    public void ReplaceConstant(OnnxTensor tensor)
    {
        int at = Graph.Initializers.FindIndex(i => i.Name == tensor.Name);
        Graph.Initializers[at] = tensor;
        _index = null;
    }

    /// <summary>Adds a node before another one.</summary>
    public OnnxNode InsertBefore(OnnxNode anchor, OnnxNode node)
    {
        Graph.Nodes.Insert(Graph.Nodes.IndexOf(anchor), node);
        _index = null;
        return node;
    }

    public OnnxNode InsertAfter(OnnxNode anchor, OnnxNode node)
    {
        Graph.Nodes.Insert(Graph.Nodes.IndexOf(anchor) + 1, node);
        _index = null;
        return node;
    }

    public void Replace(OnnxNode old, params ReadOnlySpan<OnnxNode> nodes)
    {
        int at = Graph.Nodes.IndexOf(old);
        Graph.Nodes.RemoveAt(at);
        for (int i = 0; i < nodes.Length; i++)
        {
            Graph.Nodes.Insert(at + i, nodes[i]);
        }

        _index = null;
    }

    public void Remove(OnnxNode node)
    {
        Graph.Nodes.Remove(node);
        _index = null;
    }

    /// <summary>Makes every node that reads <paramref name="from"/> read <paramref name="to"/> instead. Not for values that subgraphs read or that are outputs.</summary>
    public void Redirect(string from, string to, Func<OnnxNode, bool>? where = null)
    {
        foreach (OnnxNode node in Graph.Nodes)
        {
            for (int i = 0; i < node.Inputs.Count; i++)
            {
                if (node.Inputs[i] == from && (where is null || where(node)))
                {
                    node.Inputs[i] = to;
                }
            }
        }

        _index = null;
    }

    /// <summary>Removes unused nodes and constants.</summary>
    public void RemoveUnused()
    {
        var needed = new HashSet<string>(Graph.Outputs.Select(o => o.Name), StringComparer.Ordinal);
        for (int i = Graph.Nodes.Count - 1; i >= 0; i--)
        {
            OnnxNode node = Graph.Nodes[i];
            if (node.Outputs.Any(needed.Contains))
            {
                needed.UnionWith(node.Inputs);
                foreach (OnnxGraph body in GraphIndex.Bodies(node))
                {
                    AddReads(body, needed);
                }
            }
            else
            {
                Graph.Nodes.RemoveAt(i);
            }
        }

        Graph.Initializers.RemoveAll(t => !needed.Contains(t.Name));
        var values = Graph.Nodes.SelectMany(n => n.Outputs).ToHashSet(StringComparer.Ordinal);
        Graph.ValueInfos.RemoveAll(v => !values.Contains(v.Name));
        _index = null;
    }

    /// <summary>Raises the version of an operator set to at least this one; adds the set if it is missing.</summary>
    public void RequireOpset(string domain, long version)
    {
        OnnxOperatorSet? set = Model.OperatorSets.Find(s => (s.Domain == "ai.onnx" ? "" : s.Domain) == domain);
        if (set is null)
        {
            Model.OperatorSets.Add(new OnnxOperatorSet(domain, version));
        }
        else
        {
            set.Version = Math.Max(set.Version, version);
        }
    }

    private static void AddReads(OnnxGraph body, HashSet<string> needed)
    {
        foreach (OnnxNode node in body.Nodes)
        {
            needed.UnionWith(node.Inputs);
            foreach (OnnxGraph inner in GraphIndex.Bodies(node))
            {
                AddReads(inner, needed);
            }
        }

        needed.UnionWith(body.Outputs.Select(o => o.Name));
    }
}
