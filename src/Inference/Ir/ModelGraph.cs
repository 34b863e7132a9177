namespace Inference.Ir;

/// <summary>A graph in the engine's form: nodes in an order in which every value is made before it is used.</summary>
internal sealed class ModelGraph(string name)
{
    public string Name { get; } = name;

    public List<Node> Nodes { get; } = [];

    public List<Value> Inputs { get; } = [];

    public List<Value> Outputs { get; } = [];

    /// <summary>Outer values that nodes of this graph (and of graphs inside it) use; empty for the main graph.</summary>
    public List<Value> Captures { get; } = [];
}
