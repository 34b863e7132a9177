using Inference.Import;
using Inference.Onnx;
using Inference.Operators.Standard;
using Inference.Providers;
using Inference.Rewriting.Facts;
using Microsoft.Extensions.Logging;

namespace Inference.Placement;

/// <summary>Distributes a model over providers: each node is assigned to the first provider that claims it; each part of another provider becomes one node of the engine's graph.</summary>
internal sealed class ModelPlacer
{
    private const string Cpu = "cpu";
    private readonly IReadOnlyList<ExecutionProvider> _preference;
    private readonly OnnxModel _model;
    private readonly string _name;
    private readonly ModelLoadOptions _options;
    private readonly OperatorTable _table;
    private readonly ILogger _logger;
    private readonly IReadOnlyDictionary<OnnxGraph, ImportScope> _scopes;
    private readonly List<PlacedCall> _calls = [];
    private readonly List<PlacementPart> _parts = [];
    private readonly List<string> _failures = [];
    private int _cpuNodes;
    private readonly SortedSet<string> _cpuOperators = new(StringComparer.Ordinal);

    private ModelPlacer(OnnxModel model, ImportedModel imported, string name, IReadOnlyList<ExecutionProvider> preference, ModelLoadOptions options, ILogger logger)
    {
        _model = model;
        _name = name;
        _preference = preference;
        _options = options;
        _table = StandardOperators.Table.With(options.Images);
        _logger = logger;
        _scopes = imported.Scopes;
    }

    /// <summary>Places a model.</summary>
    /// <param name="model">The file's model.</param>
    /// <param name="imported">The same model after import; its shapes are inferred here.</param>
    /// <param name="name">For messages.</param>
    /// <param name="preference">Providers in order of preference, including the engine.</param>
    /// <param name="options">The load options.</param>
    /// <param name="logger">Logs failures.</param>
    /// <param name="control">Stops it.</param>
    /// <returns>The parts that other providers run, and the report.</returns>
    public static PlacedModel Place(
        OnnxModel model, ImportedModel imported, string name, IReadOnlyList<ExecutionProvider> preference, ModelLoadOptions options, ILogger logger, RunControl control)
    {
        ShapeInference.Run(imported.Graph, name, control);
        var placer = new ModelPlacer(model, imported, name, preference, options, logger);
        try
        {
            placer.PlaceGraph(model.Graph, new Dictionary<string, OnnxTensor>());
        }
        catch
        {
            placer._calls.ForEach(c => c.Call.Dispose());
            throw;
        }

        if (placer._cpuNodes > 0)
        {
            placer._parts.Add(new(Cpu, placer._cpuNodes, [.. placer._cpuOperators]));
        }

        return new(placer._calls, new(placer._parts, placer._failures));
    }

    private void PlaceGraph(OnnxGraph graph, IReadOnlyDictionary<string, OnnxTensor> outerConstants)
    {
        ImportScope scope = _scopes[graph];
        var view = new OnnxGraphView(_model, graph, _name, null, n => scope.Find(n)?.Described, whole: false, outerConstants);
        OnnxNode[] nodes = [.. view.Nodes.Select(n => ((OnnxGraphNode)n).Source)];
        var excluded = new HashSet<int>();
        string[] owners;
        do
        {
            owners = Owners(view, excluded);
        }
        while (!TryCompile(graph, view, nodes, owners, NodePartitioner.Partition(owners, Predecessors(nodes), o => o == Cpu), excluded));

        foreach (OnnxNode node in nodes.Where((_, i) => owners[i] == Cpu))
        {
            _cpuNodes++;
            _cpuOperators.Add(node.OpType);
            foreach (OnnxAttribute attribute in node.Attributes)
            {
                if (attribute.Graph is { } inner)
                {
                    PlaceGraph(inner, view.Constants);
                }
            }
        }
    }

    private string[] Owners(OnnxGraphView view, HashSet<int> excluded)
    {
        var owners = new string?[view.Nodes.Count];
        foreach (ExecutionProvider provider in _preference)
        {
            // Which operators the engine supports is known here, including those in subgraphs and functions.
            NodeClaims? claims = provider.Name == Cpu ? null : provider.Claim(view);
            for (int i = 0; i < owners.Length; i++)
            {
                GraphNode node = view.Nodes[i];
                if (owners[i] is not null || (claims is not null && excluded.Contains(i)))
                {
                    continue;
                }

                // Constants and nodes with subgraphs stay with the engine: the former cost nothing, the latter are placed node by node.
                bool engineOnly = ModelImporter.IsConstant(node.Domain, node.OpType) || node.HasSubgraphs;
                if (claims is null ? engineOnly || IsSupported(node, view) : !engineOnly && claims.Contains(i))
                {
                    owners[i] = provider.Name;
                }
            }
        }

        return Array.ConvertAll(owners, o => o ?? Cpu);
    }

    private bool IsSupported(GraphNode node, OnnxGraphView view) =>
        (_table.TryFind(node.Domain, node.OpType, view.Opsets.GetValueOrDefault(node.Domain, 1), out OperatorEntry? entry) && _table.Has(entry))
        || _model.Functions.Exists(f => f.Name == node.OpType && ModelImporter.Canonical(f.Domain) == node.Domain);

    // Compiles every part; false if one failed and was assigned to the next provider, so that the graph must be partitioned again.
    private bool TryCompile(OnnxGraph graph, OnnxGraphView view, OnnxNode[] nodes, string[] owners, int[] part, HashSet<int> excluded)
    {
        (int calls, int parts) = (_calls.Count, _parts.Count);
        foreach (IGrouping<int, int> group in Enumerable.Range(0, nodes.Length).Where(i => owners[i] != Cpu).GroupBy(i => part[i]))
        {
            int[] members = [.. group];
            ExecutionProvider provider = _preference.First(p => p.Name == owners[members[0]]);
            PartModel model = PartModel.Of(_model, graph, nodes, members, view);
            ModelValueType?[] outputs = [.. model.Outputs.Select(view.GetValueType)];
            bool repeats = Array.TrueForAll(members, m => Repeats(_scopes[graph], nodes[m]));
            try
            {
                CompiledModel compiled = provider.Compile(model.View(_name), new() { Options = _options, Logger = _logger });
                _calls.Add(new(graph, $"{provider.Name} part {_calls.Count}", model.Inputs, model.Outputs, new CompiledCall(compiled, provider.Name, outputs, repeats) { Rules = InputRules.Unread }));
                _parts.Add(new(provider.Name, members.Length, [.. members.Select(m => nodes[m].OpType).Distinct().Order(StringComparer.Ordinal)]));
            }
            catch (InferenceException exception) when (!_options.FailOnProviderError)
            {
                string message = $"Provider '{provider.Name}' failed to compile {members.Length} nodes it claimed of model '{_name}'; the next provider takes over:  {exception.Message}";
                _failures.Add(message);
                PlacementLog.CompileFailed(_logger, provider.Name, members.Length, _name, exception);
                _calls[calls..].ForEach(c => c.Call.Dispose());
                _calls.RemoveRange(calls, _calls.Count - calls);
                _parts.RemoveRange(parts, _parts.Count - parts);
                excluded.UnionWith(members);
                return false;
            }
        }

        return true;
    }

    private bool Repeats(ImportScope scope, OnnxNode node)
    {
        foreach (string output in node.Outputs)
        {
            if (output.Length > 0 && scope.Find(output)?.Producer is { } producer && producer.OpType == node.OpType)
            {
                return ForeignDeterminism.Of(producer);
            }
        }

        // The nodes of a function cannot be distinguished from others here.
        return _scopes.Values.All(s => ForeignDeterminism.Of(s.Graph));
    }

    private static List<HashSet<int>> Predecessors(OnnxNode[] nodes)
    {
        var producer = new Dictionary<string, int>(StringComparer.Ordinal);
        var result = new List<HashSet<int>>(nodes.Length);
        var names = new NodeOrder();
        for (int i = 0; i < nodes.Length; i++)
        {
            var before = new HashSet<int>();
            foreach (string name in names.FreeNames(nodes[i]))
            {
                if (producer.TryGetValue(name, out int source))
                {
                    before.Add(source);
                }
            }

            result.Add(before);
            foreach (string output in nodes[i].Outputs)
            {
                if (output.Length > 0)
                {
                    producer[output] = i;
                }
            }
        }

        return result;
    }
}
