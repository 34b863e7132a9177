using Inference.Onnx;

namespace Inference.Import;

/// <summary>A model in the engine's form.</summary>
/// <param name="Graph">The main graph.</param>
/// <param name="Defaults">Names of inputs with a default that were imported as constants.</param>
/// <param name="Scopes">The names of each of the file's graphs.</param>
internal sealed record ImportedModel(ModelGraph Graph, IReadOnlyList<string> Defaults, IReadOnlyDictionary<OnnxGraph, ImportScope> Scopes)
{
    /// <summary>Whether the engine has all operators.</summary>
    public bool IsKnown => Unknown(Graph).Count == 0;

    /// <summary>This model, where the engine has all operators.</summary>
    /// <exception cref="UnsupportedModelException">It does not; all that it lacks are listed.</exception>
    public ImportedModel RequireKnown()
    {
        SortedSet<string> unknown = Unknown(Graph);
        return unknown.Count == 0 ? this : throw new UnsupportedModelException(
            $"The model needs {unknown.Count} operator(s) that the provider 'cpu' does not support: {string.Join(", ", unknown)}. {UnsupportedAdvice.Of(unknown)}") { Operators = [.. unknown] };
    }

    private static SortedSet<string> Unknown(ModelGraph graph)
    {
        var unknown = new SortedSet<string>(StringComparer.Ordinal);
        foreach (Node node in graph.Nodes)
        {
            if (node.Operator is OpaqueOperator)
            {
                unknown.Add($"{(node.Domain.Length == 0 ? "ai.onnx" : node.Domain)}.{node.OpType}-{node.Opset}");
            }

            foreach (ModelGraph inner in node.Attributes.Graphs)
            {
                unknown.UnionWith(Unknown(inner));
            }
        }

        return unknown;
    }
}
