using Inference.Onnx;
using Inference.Providers;

namespace Inference.Conformance.Graphs;

/// <summary>A node of a <see cref="ModelGraph"/>.</summary>
internal sealed class ModelGraphNode(OnnxNode node, int index) : IGraphNode
{
    public int Index => index;

    public string Name => node.Name;

    public string Domain => node.Domain == "ai.onnx" ? "" : node.Domain;

    public string OpType => node.OpType;

    public IReadOnlyList<string> Inputs => node.Inputs;

    public IReadOnlyList<string> Outputs => node.Outputs;

    public bool HasSubgraphs => node.Attributes.Any(static attribute => attribute.Kind is OnnxAttributeKind.Graph or OnnxAttributeKind.Graphs);

    public long GetInt(string name, long defaultValue) => node.GetInt(name, defaultValue);

    public float GetFloat(string name, float defaultValue) => node.GetFloat(name, defaultValue);

    public string GetString(string name, string defaultValue) => node.GetString(name, defaultValue);

    public long[]? GetInts(string name) => node.HasAttribute(name) ? node.GetInts(name) : null;
}
