namespace Inference.Operators.Contract;

/// <summary>A node as it is computed with channels last.</summary>
/// <param name="Inputs">The inputs.</param>
/// <param name="Attributes">The attributes.</param>
/// <param name="Rank">Rank of the outputs.</param>
internal sealed record MovedNode(Value?[] Inputs, AttributeMap Attributes, int Rank)
{
    /// <summary>The fused operator that does it; null: the node's own.</summary>
    public string? FusedType { get; init; }

    /// <summary>Whether the outputs are in declared order: they have no other.</summary>
    public bool IsDeclared { get; init; }
}
