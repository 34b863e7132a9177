using System.Runtime.CompilerServices;

namespace Inference;

/// <summary>An input or output of a model. Immutable; equal to itself alone.</summary>
/// <param name="Name">Its name, case-sensitive.</param>
/// <param name="Type">Its declared type.</param>
/// <param name="IsOptional">For inputs: whether the model has a default for it.</param>
public sealed record ModelPort(string Name, ModelValueType Type, bool IsOptional = false)
{
    /// <summary>The declared shape of a tensor; null when the rank is not known, and for the other kinds. The same as the type's.</summary>
    public IReadOnlyList<Dimension>? Shape => Type.Shape;

    /// <inheritdoc/>
    public bool Equals(ModelPort? other) => ReferenceEquals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Type}";
}
