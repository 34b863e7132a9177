using Inference.Onnx;
using Inference.Providers;

namespace Inference.Placement;

/// <summary>A node of the file as providers see it.</summary>
internal sealed class OnnxGraphNode(OnnxNode node, int index, bool isModelFunction) : GraphNode
{
    public OnnxNode Source => node;

    public override int Index => index;

    public override string Name => node.Name;

    public override string Domain => Import.ModelImporter.Canonical(node.Domain);

    public override string OpType => node.OpType;

    public override IReadOnlyList<string> Inputs => node.Inputs;

    public override IReadOnlyList<string> Outputs => node.Outputs;

    public override bool IsModelFunction => isModelFunction;

    public override bool HasSubgraphs => node.Attributes.Exists(a => a.Graph is not null || a.Graphs.Length > 0);

    public override long GetInt(string name, long defaultValue) => node.GetInt(name, defaultValue);

    public override float GetFloat(string name, float defaultValue) => node.GetFloat(name, defaultValue);

    public override string GetString(string name, string defaultValue) => node.GetString(name, defaultValue);

    public override long[]? GetInts(string name) => node.Attribute(name)?.Ints;
}
