using Inference.Onnx;
using Inference.Providers;

namespace Inference.Conformance.Graphs;

/// <summary>A node of a <see cref="ModelGraph"/>.</summary>
internal sealed class ModelGraphNode(OnnxNode node, int index) : GraphNode
{
    public override int Index => index;

    public override string Name => node.Name;

    public override string Domain => node.Domain == "ai.onnx" ? "" : node.Domain;

    public override string OpType => node.OpType;

    public override IReadOnlyList<string> Inputs => node.Inputs;

    public override IReadOnlyList<string> Outputs => node.Outputs;

    public override bool HasSubgraphs => node.Attributes.Any(static attribute => attribute.Kind is OnnxAttributeKind.Graph or OnnxAttributeKind.Graphs);

    public override long GetInt(string name, long defaultValue) => node.GetInt(name, defaultValue);

    public override float GetFloat(string name, float defaultValue) => node.GetFloat(name, defaultValue);

    public override string GetString(string name, string defaultValue) => node.GetString(name, defaultValue);

    public override long[]? GetInts(string name) => node.HasAttribute(name) ? node.GetInts(name) : null;
}
