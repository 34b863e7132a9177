using Inference.Import;
using Inference.Onnx;
using Inference.Rewriting.Facts;
using Inference.Rewriting.Framework;

namespace Inference.Splitting;

/// <summary>
/// Where a graph is split: the nodes of the branch, which depend only on the given inputs, the values at the split, and the nodes of the rest. Nodes that depend on no input are in
/// each part that needs them; so are views and shape arithmetic over the given inputs, which are cheaper to repeat than to store.
/// </summary>
internal sealed class GraphCut
{
    private readonly OnnxGraph _graph;
    private readonly ImportedModel _imported;
    private readonly BatchFlow? _flow;
    private readonly IReadOnlyList<OnnxNode> _nodes;
    private readonly HashSet<string> _branchInputs;
    private readonly Dictionary<string, int> _producers = new(StringComparer.Ordinal);
    private readonly string[][] _needs;
    private readonly Origin[] _origins;
    private readonly Dictionary<string, bool> _raw = new(StringComparer.Ordinal);

    private GraphCut(OnnxGraph graph, ImportedModel imported, HashSet<string> branchInputs)
    {
        _graph = graph;
        _imported = imported;
        _branchInputs = branchInputs;
        var order = new NodeOrder();
        _nodes = order.Sort(graph.Nodes, graph.Name);
        _needs = [.. _nodes.Select(n => order.FreeNames(n).Distinct(StringComparer.Ordinal).ToArray())];
        _origins = new Origin[_nodes.Count];
        _flow = BatchFlow.Of(imported.Graph, [.. imported.Graph.Inputs.Where(i => branchInputs.Contains(i.Name))]);
    }

    [Flags]
    private enum Origin
    {
        None = 0,
        Branch = 1,
        Other = 2,
    }

    /// <summary>The nodes of the branch, in order.</summary>
    public List<OnnxNode> BranchNodes { get; } = [];

    /// <summary>The nodes of the rest, in order.</summary>
    public List<OnnxNode> RestNodes { get; } = [];

    /// <summary>The values that the branch produces and the rest consumes, in order.</summary>
    public List<string> Frontier { get; } = [];

    /// <summary>Inputs and constants that the branch reads.</summary>
    public HashSet<string> BranchReads { get; } = new(StringComparer.Ordinal);

    /// <summary>Inputs and constants that the rest reads.</summary>
    public HashSet<string> RestReads { get; } = new(StringComparer.Ordinal);

    /// <summary>Finds the split; null if no work, or all of it, depends only on the inputs.</summary>
    /// <param name="graph">The file's graph.</param>
    /// <param name="imported">The same graph after import, with inferred shapes.</param>
    /// <param name="branchInputs">Names of inputs.</param>
    public static GraphCut? Of(OnnxGraph graph, ImportedModel imported, HashSet<string> branchInputs)
    {
        var cut = new GraphCut(graph, imported, branchInputs);
        cut.FindOrigins();
        bool other = cut.TakeRest();
        if (cut.Frontier.Count == 0 || !other)
        {
            return null;
        }

        cut.TakeBranch();
        return cut;
    }

    /// <summary>The type of a value at the cut: what is inferred, with the batch named where rows are proved to stay apart.</summary>
    public ModelValueType? TypeOf(string name)
    {
        if (ValueOf(name) is not { Type: { } type } value)
        {
            return null;
        }

        if (type.Shape is not { Count: > 0 } shape || _flow is null || _flow.AxisOf(value) != 0)
        {
            return type;
        }

        Dimension[] dimensions = [.. shape];
        dimensions[0] = _flow.Batch;
        return ModelValueType.Tensor(type.ElementType, dimensions);
    }

    private void FindOrigins()
    {
        var values = new Dictionary<string, Origin>(StringComparer.Ordinal);
        var defaults = new HashSet<string>(_graph.Initializers.Select(i => i.Name).Concat(_graph.SparseInitializers.Select(i => i.Values.Name)), StringComparer.Ordinal);
        foreach (OnnxValueInfo input in _graph.Inputs)
        {
            values[input.Name] = _branchInputs.Contains(input.Name) ? Origin.Branch : defaults.Contains(input.Name) ? Origin.None : Origin.Other;
        }

        for (int i = 0; i < _nodes.Count; i++)
        {
            Origin origin = IsDeterministic(_nodes[i]) ? Origin.None : Origin.Other;
            foreach (string name in _needs[i])
            {
                origin |= values.GetValueOrDefault(name);
            }

            _origins[i] = origin;
            foreach (string output in _nodes[i].Outputs)
            {
                values[output] = origin;
                _producers[output] = i;
            }
        }
    }

    // Nodes that draw random numbers stay in the rest: a cached answer would repeat the draw.
    private bool IsDeterministic(OnnxNode node)
    {
        foreach (string output in node.Outputs)
        {
            if (output.Length > 0 && ValueOf(output)?.Producer is { } producer && producer.OpType == node.OpType)
            {
                return IsDeterministic(producer);
            }
        }

        // The nodes of a function cannot be distinguished from others here.
        return _imported.Graph.Nodes.TrueForAll(IsDeterministic);
    }

    private static bool IsDeterministic(Node node) =>
        node.Operator!.IsDeterministic && GraphEdit.InnerGraphs(node).All(g => g.Nodes.TrueForAll(IsDeterministic));

    // From the outputs up to the split. True if some of it depends on other inputs.
    private bool TakeRest()
    {
        var taken = new bool[_nodes.Count];
        var frontier = new HashSet<string>(StringComparer.Ordinal);
        bool other = Walk(_graph.Outputs.Select(o => o.Name), taken, RestReads, name => IsCut(name) && (frontier.Add(name) || true));
        Keep(taken, RestNodes);
        Frontier.AddRange(_nodes.SelectMany(n => n.Outputs).Where(frontier.Contains));
        return other;
    }

    private void TakeBranch()
    {
        var taken = new bool[_nodes.Count];
        Walk(Frontier, taken, BranchReads, _ => false);
        Keep(taken, BranchNodes);
    }

    private bool Walk(IEnumerable<string> from, bool[] taken, HashSet<string> reads, Predicate<string> stop)
    {
        bool other = false;
        var open = new Stack<string>(from);
        while (open.TryPop(out string? name))
        {
            if (!_producers.TryGetValue(name, out int node))
            {
                reads.Add(name);
            }
            else if (!taken[node] && !stop(name))
            {
                taken[node] = true;
                other |= (_origins[node] & Origin.Other) != 0;
                foreach (string need in _needs[node])
                {
                    open.Push(need);
                }
            }
        }

        return other;
    }

    private void Keep(bool[] taken, List<OnnxNode> nodes)
    {
        for (int i = 0; i < taken.Length; i++)
        {
            if (taken[i])
            {
                nodes.Add(_nodes[i]);
            }
        }
    }

    private bool IsCut(string name)
    {
        int node = _producers[name];
        if (_origins[node] != Origin.Branch || IsRaw(name) || ValueOf(name) is not { } value || value.Type is { Kind: not ModelValueKind.Tensor })
        {
            return false;
        }

        if (!LightOperators.IsLight(_nodes[node], value.Type))
        {
            return true;
        }

        // The values at the split are rows if there are rows: transpositions and shapes are recomputed from them.
        return _flow is null ? !LightOperators.IsShapeArithmetic(value.Type) : _flow.AxisOf(value) == 0;
    }

    // Whether only light work leads from the inputs to here.
    private bool IsRaw(string name)
    {
        if (_raw.TryGetValue(name, out bool known))
        {
            return known;
        }

        bool raw = true;
        var open = new Stack<string>([name]);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (raw && open.TryPop(out string? next))
        {
            if (seen.Add(next) && _producers.TryGetValue(next, out int node) && _origins[node] != Origin.None)
            {
                raw = LightOperators.IsLight(_nodes[node], ValueOf(next)?.Type);
                foreach (string need in _needs[node])
                {
                    open.Push(need);
                }
            }
        }

        _raw.Add(name, raw);
        return raw;
    }

    private Value? ValueOf(string name) => _imported.Scopes[_graph].Find(name);
}
