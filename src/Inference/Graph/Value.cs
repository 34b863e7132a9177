namespace Inference.Graph;

/// <summary>A value of a graph: made by a node, an input, or a constant. Identity is the object; inner graphs refer to values of outer ones directly.</summary>
internal sealed class Value(string name)
{
    /// <summary>The name in the model; unique per graph where the model made it.</summary>
    public string Name { get; set; } = name;

    /// <summary>What is declared or inferred; null where nothing is known.</summary>
    public ModelValueType? Type { get; set; }

    /// <summary>The contents where they are known at load.</summary>
    public Tensor? Constant { get; set; }

    /// <summary>Elements of a small integer tensor of rank ≤ 1 as far as they are known (dimensions computed by Shape and what follows it); null when nothing is.</summary>
    public Dimension[]? ShapeData { get; set; }

    /// <summary>The node that makes it; null for inputs and constants.</summary>
    public Node? Producer { get; set; }

    public override string ToString() => $"{Name}: {Type?.ToString() ?? "?"}";
}
