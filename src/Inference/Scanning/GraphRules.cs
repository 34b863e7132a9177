using Inference.Import;
using Inference.Onnx;

namespace Inference.Scanning;

/// <summary>Rules for graphs, functions and nodes as the file has them: names, duplicates, domains, loops, growth.</summary>
[Pattern("Loop")]
internal sealed class GraphRules
{
    private readonly OnnxModel _model;
    private readonly ModelLimits _limits;
    private readonly FindingList _findings;
    private readonly OperatorTable _table;
    private readonly TextRules _text;
    private readonly HashSet<(string, string)> _functions;
    private readonly HashSet<string> _domains;
    private readonly HashSet<string> _custom = new(StringComparer.Ordinal);

    private GraphRules(OnnxModel model, ModelLimits limits, OperatorTable table, FindingList findings)
    {
        _model = model;
        _limits = limits;
        _findings = findings;
        _table = table;
        _text = new(limits, findings);
        _functions = [.. model.Functions.Select(static f => (ModelImporter.Canonical(f.Domain), f.Name))];
        _domains = findings.WantsWarnings ? [.. table.Entries.Select(static e => e.Domain), "ai.onnx.training", "ai.onnx.preview"] : [];
    }

    public static void Check(OnnxModel model, ModelLimits limits, OperatorTable table, FindingList findings) => new GraphRules(model, limits, table, findings).CheckModel();

    private void CheckModel()
    {
        _text.Name(_model.ProducerName, "producer_name");
        _text.Name(_model.ProducerVersion, "producer_version");
        _text.Name(_model.Domain, "domain");
        _text.Text(_model.DocString, "doc_string");
        _text.Metadata(_model.Metadata, "metadata_props");
        CheckGraph(_model.Graph, null, 1, "graph");
        var seen = new HashSet<(string, string, string)>();
        foreach (OnnxFunction function in _model.Functions)
        {
            string where = $"function '{function.Name}'";
            _text.Name(function.Name, "function");
            _text.Name(function.Domain, where);
            _text.Text(function.DocString, where);
            if (!seen.Add((ModelImporter.Canonical(function.Domain), function.Name, function.Overload)))
            {
                _findings.Warn("duplicate", where, "expected each function once, got it twice; only the first is used.");
            }

            CheckNodes(function.Nodes, ConstantScope.Of(function), 1, where);
        }

        foreach (OnnxTrainingInfo training in _findings.WantsWarnings ? _model.TrainingInfos : [])
        {
            foreach (OnnxGraph? graph in new[] { training.Initialization, training.Algorithm })
            {
                if (graph is not null)
                {
                    CheckGraph(graph, null, 1, "training_info");
                }
            }
        }

        if (_findings.WantsWarnings && _model.OperatorSets.GroupBy(static s => ModelImporter.Canonical(s.Domain)).FirstOrDefault(static g => g.Select(s => s.Version).Distinct().Count() > 1) is { } twice)
        {
            _findings.Warn("duplicate", $"opset_import '{twice.Key}'", "expected one version of each operator set, got several.");
        }
    }

    private void CheckGraph(OnnxGraph graph, ConstantScope? outer, long trips, string where)
    {
        _text.Name(graph.Name, where);
        _text.Text(graph.DocString, where);
        foreach (OnnxValueInfo info in graph.Inputs.Concat(graph.Outputs).Concat(graph.ValueInfos))
        {
            _text.Name(info.Name, where);
            _text.Text(info.DocString, where);
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (OnnxTensor tensor in graph.Initializers)
        {
            CheckTensor(tensor, where);
            if (!names.Add(tensor.Name))
            {
                _findings.Fatal("duplicate", where, $"expected each initializer once, got '{tensor.Name}' twice.");
            }
        }

        foreach (OnnxNode node in graph.Nodes)
        {
            foreach (string output in node.Outputs)
            {
                if (output.Length > 0 && !names.Add(output))
                {
                    _findings.Fatal("duplicate", Describe(node), $"expected each value to be produced once, got '{output}' twice.");
                }
            }
        }

        CheckNodes(graph.Nodes, ConstantScope.Of(graph, outer), trips, where);
    }

    private void CheckNodes(List<OnnxNode> nodes, ConstantScope constants, long trips, string graph)
    {
        foreach (OnnxNode node in nodes)
        {
            _text.Name(node.Name, graph);
            _text.Name(node.OpType, graph);
            _text.Name(node.Domain, graph);
            _text.Text(node.DocString, graph);
            foreach (string name in node.Inputs.Concat(node.Outputs))
            {
                _text.Name(name, graph);
            }

            CheckDomain(node);
            long inner = node is { OpType: "Loop", Domain: "" or "ai.onnx" } ? LoopRules.Check(node, constants, trips, _limits, _findings) : trips;
            foreach (OnnxAttribute attribute in node.Attributes)
            {
                CheckAttribute(attribute, node, constants, inner);
            }
        }

        GrowthRules.Check(nodes, constants, _limits, _findings);
    }

    private void CheckAttribute(OnnxAttribute attribute, OnnxNode node, ConstantScope constants, long trips)
    {
        _text.Name(attribute.Name, node.OpType);
        _text.Text(attribute.DocString, node.OpType);
        _text.Text(attribute.StringBytes.Length, node.OpType);
        foreach (ReadOnlyMemory<byte> text in attribute.StringsBytes)
        {
            _text.Text(text.Length, node.OpType);
        }

        if (attribute.Tensor is { } tensor)
        {
            CheckTensor(tensor, node.OpType);
        }

        if (attribute.Graph is { } graph)
        {
            CheckGraph(graph, constants, trips, Describe(node));
        }

        foreach (OnnxGraph one in attribute.Graphs)
        {
            CheckGraph(one, constants, trips, Describe(node));
        }
    }

    private void CheckTensor(OnnxTensor tensor, string where)
    {
        _text.Name(tensor.Name, where);
        _text.Text(tensor.DocString, where);
        foreach (ReadOnlyMemory<byte> text in tensor.StringData)
        {
            _text.Text(text.Length, $"tensor '{tensor.Name}'");
        }
    }

    // One finding for each domain: what it brings is not known, and whoever adds a library for it trusts that library.
    private void CheckDomain(OnnxNode node)
    {
        if (_findings.WantsWarnings && ModelImporter.Canonical(node.Domain) is { Length: > 0 } domain && !_domains.Contains(domain) && !_functions.Contains((domain, node.OpType)) && _custom.Add(domain))
        {
            _findings.Warn("custom-domain", Describe(node), $"expected operators of standard domains or functions of the model, got the domain '{domain}'.");
        }
    }

    private static string Describe(OnnxNode node) => node.Name.Length > 0 ? $"node '{node.Name}' ({node.OpType})" : $"node {node.OpType}";
}
