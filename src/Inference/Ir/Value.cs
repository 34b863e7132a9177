namespace Inference.Ir;

/// <summary>A value of a graph: made by a node, an input, or a constant. Identity is the object; inner graphs refer to values of outer ones directly.</summary>
internal sealed class Value(string name)
{
    /// <summary>The name in the model; unique per graph where the model made it.</summary>
    public string Name { get; set; } = name;

    /// <summary>
    /// What follows from the operators' rules and from what each call is checked for; null where nothing does. Rewrites, plans and proofs read this and never
    /// <see cref="Declared"/>. Symbols are as the inputs declare them unless the pass pipeline has told them apart: equal symbols are then equal sizes.
    /// </summary>
    public ModelValueType? Type { get; set; }

    /// <summary>The type declared in the file: an unverified claim, used only for signatures and messages. Files contain stale shapes.</summary>
    public ModelValueType? Declared { get; init; }

    /// <summary>The type to show: what is known, completed by what is declared.</summary>
    public ModelValueType? Described => Type is { } known ? TypeMerge.Merge(Declared, known, out _) : Declared;

    /// <summary>The contents where they are known at load.</summary>
    public Tensor? Constant { get; set; }

    /// <summary>Elements of a small integer tensor of rank ≤ 1 as far as they are known (dimensions computed by Shape and what follows it); null when nothing is.</summary>
    public Dimension[]? ShapeData { get; set; }

    /// <summary>The node that makes it; null for inputs and constants.</summary>
    public Node? Producer { get; set; }

    public override string ToString() => $"{Name}: {Described?.ToString() ?? "?"}";
}
