using Inference.Import;
using Inference.Onnx;
using Inference.Operators.Standard;
using Inference.Providers;
using Inference.Rewriting.Facts;
using Microsoft.Extensions.Logging;

namespace Inference.Placement;

/// <summary>Places a model over providers: each node goes to the first provider that claims it; parts of other providers become one node each of the engine's graph.</summary>
internal sealed class ModelPlacer
{
    public const string Domain = "inference.placement";
    private const string Cpu = "cpu";
    private readonly IReadOnlyList<IExecutionProvider> _preference;
    private readonly OnnxModel _model;
    private readonly string _name;
    private readonly ModelLoadOptions _options;
    private readonly ILogger _logger;
    private readonly IReadOnlyDictionary<OnnxGraph, ImportScope> _scopes;
    private readonly List<CompiledCall> _calls = [];
    private readonly List<PlacementPart> _parts = [];
    private readonly List<string> _failures = [];
    private int _cpuNodes;
    private readonly SortedSet<string> _cpuOperators = new(StringComparer.Ordinal);

    private ModelPlacer(OnnxModel model, string name, IReadOnlyList<IExecutionProvider> preference, ModelLoadOptions options, ILogger logger, RunControl control)
    {
        _model = model;
        _name = name;
        _preference = preference;
        _options = options;
        _logger = logger;
        ImportedModel imported = ModelImporter.Import(model, bindDefaults: true, n => StandardOperators.Table.TryFind(n.Domain, n.OpType, n.Opset, out _) ? null : new OpaqueOperator(), control);
        ShapeInference.Run(imported.Graph, name, control);
        _scopes = imported.Scopes;
    }

    /// <summary>Places a model.</summary>
    /// <param name="model">The file's model; nodes claimed by other providers are replaced in it.</param>
    /// <param name="name">For messages.</param>
    /// <param name="preference">Providers, first the best; the engine is among them.</param>
    /// <param name="options">The load options.</param>
    /// <param name="logger">Where failures are logged.</param>
    /// <param name="control">What can stop it.</param>
    /// <returns>What makes the operators of the replaced parts, and the report.</returns>
    public static PlacedModel Place(OnnxModel model, string name, IReadOnlyList<IExecutionProvider> preference, ModelLoadOptions options, ILogger logger, RunControl control)
    {
        var placer = new ModelPlacer(model, name, preference, options, logger, control);
        try
        {
            placer.PlaceGraph(model.Graph, new Dictionary<string, OnnxTensor>());
        }
        catch
        {
            placer._calls.ForEach(c => c.Dispose());
            throw;
        }

        if (placer._cpuNodes > 0)
        {
            placer._parts.Add(new(Cpu, placer._cpuNodes, [.. placer._cpuOperators]));
        }

        if (placer._calls.Count > 0)
        {
            model.OperatorSets.Add(new(Domain, 1));
        }

        return new(placer._calls, new(placer._parts, placer._failures));
    }

    private void PlaceGraph(OnnxGraph graph, IReadOnlyDictionary<string, OnnxTensor> outerConstants)
    {
        ImportScope scope = _scopes[graph];
        var view = new OnnxGraphView(_model, graph, _name, null, n => scope.Find(n)?.Described, whole: false, outerConstants);
        OnnxNode[] nodes = [.. view.Nodes.Select(n => ((OnnxGraphNode)n).Source)];
        var excluded = new HashSet<int>();
        while (true)
        {
            string[] owners = Owners(view, excluded);
            int[] part = NodePartitioner.Partition(owners, Predecessors(nodes), o => o == Cpu);
            if (TryReplace(graph, view, nodes, owners, part, excluded))
            {
                break;
            }
        }

        foreach (OnnxNode node in graph.Nodes)
        {
            if (node.Domain == Domain)
            {
                continue;
            }

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
        foreach (IExecutionProvider provider in _preference)
        {
            // What the engine has is known here, inner graphs and functions included.
            NodeClaims? claims = provider.Name == Cpu ? null : provider.Claim(view);
            for (int i = 0; i < owners.Length; i++)
            {
                IGraphNode node = view.Nodes[i];
                if (owners[i] is not null || (claims is not null && excluded.Contains(i)))
                {
                    continue;
                }

                // Constants and inner graphs stay with the engine: the first cost nothing, the second are placed node by node.
                bool engineOnly = ModelImporter.IsConstant(node.Domain, node.OpType) || node.HasSubgraphs;
                if (claims is null ? engineOnly || IsSupported(node, view) : !engineOnly && claims.Contains(i))
                {
                    owners[i] = provider.Name;
                }
            }
        }

        return Array.ConvertAll(owners, o => o ?? Cpu);
    }

    private bool IsSupported(IGraphNode node, OnnxGraphView view) =>
        StandardOperators.Table.TryFind(node.Domain, node.OpType, view.Opsets.GetValueOrDefault(node.Domain, 1), out _)
        || _model.Functions.Exists(f => f.Name == node.OpType && ModelImporter.Canonical(f.Domain) == node.Domain);

    // Compiles every part; false when one failed and was given to the next provider, so that the graph must be partitioned anew.
    private bool TryReplace(OnnxGraph graph, OnnxGraphView view, OnnxNode[] nodes, string[] owners, int[] part, HashSet<int> excluded)
    {
        var made = new List<(int Part, OnnxNode Node, CompiledCall Call, PlacementPart Report)>();
        foreach (IGrouping<int, int> group in Enumerable.Range(0, nodes.Length).Where(i => owners[i] != Cpu).GroupBy(i => part[i]))
        {
            int[] members = [.. group];
            IExecutionProvider provider = _preference.First(p => p.Name == owners[members[0]]);
            PartModel model = PartModel.Of(_model, graph, nodes, members, view);
            try
            {
                ICompiledModel compiled = provider.Compile(model.View(_name), new() { Options = _options, Logger = _logger });
                var call = new CompiledCall(compiled, provider.Name, [.. model.Outputs.Select(view.TypeOf)], Array.TrueForAll(members, m => Repeats(_scopes[graph], nodes[m])));
                var node = new OnnxNode("Compiled", [.. model.Inputs], [.. model.Outputs], Domain, $"{provider.Name} part {_calls.Count + made.Count}");
                made.Add((group.Key, node, call, new(provider.Name, members.Length, [.. members.Select(m => nodes[m].OpType).Distinct().Order(StringComparer.Ordinal)])));
            }
            catch (InferenceException exception) when (!_options.FailOnProviderError)
            {
                string message = $"Provider '{provider.Name}' failed to compile {members.Length} nodes it claimed of model '{_name}'; the next provider takes them: {exception.Message}";
                _failures.Add(message);
                PlacementLog.CompileFailed(_logger, provider.Name, members.Length, _name, exception);
                made.ForEach(m => m.Call.Dispose());
                excluded.UnionWith(members);
                return false;
            }
        }

        Dictionary<int, OnnxNode> replacement = [];
        foreach ((int number, OnnxNode node, CompiledCall call, PlacementPart report) in made)
        {
            node.SetAttribute("index", (long)_calls.Count);
            _calls.Add(call);
            _parts.Add(report);
            replacement.Add(number, node);
        }

        graph.Nodes.Clear();
        graph.Nodes.AddRange(Enumerable.Range(0, nodes.Length).Where(i => owners[i] == Cpu).Select(i => nodes[i]));
        graph.Nodes.AddRange(replacement.Values);
        OnnxNode[] sorted = [.. new NodeOrder().Sort(graph.Nodes, graph.Name)];
        graph.Nodes.Clear();
        graph.Nodes.AddRange(sorted);
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

        // A function's nodes cannot be told from others here.
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
