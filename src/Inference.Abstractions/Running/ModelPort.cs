using System.Runtime.CompilerServices;

namespace Inference;

/// <summary>An input or output of a model. Immutable; compared by reference.</summary>
/// <param name="Name">Its name, case-sensitive.</param>
/// <param name="Type">Its declared type.</param>
/// <param name="IsOptional">For an input, whether the model defines a default value for it.</param>
public sealed record ModelPort(string Name, ModelValueType Type, bool IsOptional = false)
{
    /// <summary>The declared shape of a tensor; null if the rank is unknown and for other kinds. The same as the type's shape.</summary>
    public IReadOnlyList<Dimension>? Shape => Type.Shape;

    /// <inheritdoc/>
    public bool Equals(ModelPort? other) => ReferenceEquals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Type}";
}
