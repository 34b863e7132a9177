using Inference.Onnx;
using Inference.Providers;

namespace Inference.Placement;

/// <summary>A node of the file as providers see it.</summary>
internal sealed class OnnxGraphNode(OnnxNode node, int index, bool isModelFunction) : IGraphNode
{
    public OnnxNode Source => node;

    public int Index => index;

    public string Name => node.Name;

    public string Domain => Import.ModelImporter.Canonical(node.Domain);

    public string OpType => node.OpType;

    public IReadOnlyList<string> Inputs => node.Inputs;

    public IReadOnlyList<string> Outputs => node.Outputs;

    public bool IsModelFunction => isModelFunction;

    public bool HasSubgraphs => node.Attributes.Exists(a => a.Graph is not null || a.Graphs.Length > 0);

    public long GetInt(string name, long defaultValue) => node.GetInt(name, defaultValue);

    public float GetFloat(string name, float defaultValue) => node.GetFloat(name, defaultValue);

    public string GetString(string name, string defaultValue) => node.GetString(name, defaultValue);

    public long[]? GetInts(string name) => node.Attribute(name)?.Ints;
}
