using Inference.Onnx;

namespace Inference.Diagnostics;

/// <summary>Counts the operators of a model.</summary>
internal sealed class OperatorCount
{
    private readonly Dictionary<(string Domain, string Name, long Opset), int> _counts = [];
    private readonly HashSet<(string Domain, string Name)> _functions = [];

    private OperatorCount(OnnxModel model)
    {
        foreach (OnnxFunction function in model.Functions)
        {
            _functions.Add((DomainName(function.Domain), function.Name));
        }

        Dictionary<string, long> opsets = Versions(model.OperatorSets, []);
        Count(model.Graph.Nodes, opsets);
        foreach (OnnxFunction function in model.Functions)
        {
            Count(function.Nodes, Versions(function.OperatorSets, opsets));
        }
    }

    public static string DomainName(string domain) => domain.Length == 0 ? "ai.onnx" : domain;

    /// <summary>The uses, most frequent first.</summary>
    /// <param name="model">The model.</param>
    /// <param name="unsupported">The operators that the loader rejected, in the form <c>domain.Operator-opset</c>.</param>
    public static OperatorUse[] Of(OnnxModel model, IReadOnlyList<string> unsupported)
    {
        var count = new OperatorCount(model);
        return
        [
            .. count._counts
                .Select(c => new OperatorUse
                {
                    Domain = c.Key.Domain,
                    Name = c.Key.Name,
                    Opset = c.Key.Opset,
                    Count = c.Value,
                    IsSupported = !unsupported.Contains($"{c.Key.Domain}.{c.Key.Name}-{c.Key.Opset}"),
                    IsFunction = count._functions.Contains((c.Key.Domain, c.Key.Name)),
                })
                .OrderByDescending(u => u.Count).ThenBy(u => u.Domain, StringComparer.Ordinal).ThenBy(u => u.Name, StringComparer.Ordinal),
        ];
    }

    private void Count(List<OnnxNode> nodes, Dictionary<string, long> opsets)
    {
        foreach (OnnxNode node in nodes)
        {
            string domain = DomainName(node.Domain);
            (string, string, long) key = (domain, node.OpType, opsets.GetValueOrDefault(domain, 1));
            _counts[key] = _counts.GetValueOrDefault(key) + 1;
            foreach (OnnxAttribute attribute in node.Attributes)
            {
                if (attribute.Graph is { } graph)
                {
                    Count(graph.Nodes, opsets);
                }

                foreach (OnnxGraph inner in attribute.Graphs)
                {
                    Count(inner.Nodes, opsets);
                }
            }
        }
    }

    private static Dictionary<string, long> Versions(List<OnnxOperatorSet> sets, Dictionary<string, long> outer)
    {
        var versions = new Dictionary<string, long>(outer, StringComparer.Ordinal);
        foreach (OnnxOperatorSet set in sets)
        {
            versions[DomainName(set.Domain)] = set.Version;
        }

        return versions;
    }
}
