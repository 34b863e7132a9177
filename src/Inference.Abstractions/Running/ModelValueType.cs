namespace Inference;

/// <summary>The declared type of an input or output: kind, element type and shape. Immutable; compared by value, shapes dimension by dimension.</summary>
public sealed record ModelValueType
{
    /// <summary>Tensor, sequence, map or optional.</summary>
    public required ModelValueKind Kind { get; init; }

    /// <summary>The element type of a tensor; undefined for the other kinds.</summary>
    public ElementType ElementType { get; init; }

    /// <summary>The declared shape of a tensor; null if the rank is unknown and for other kinds.</summary>
    public IReadOnlyList<Dimension>? Shape { get; init; }

    /// <summary>The element type of a sequence or optional, or the value type of a map; null for tensors and if unknown.</summary>
    public ModelValueType? Element { get; init; }

    /// <summary>The key type of a map; undefined for the other kinds.</summary>
    public ElementType KeyType { get; init; }

    /// <summary>A tensor type.</summary>
    /// <param name="elementType">The element type; undefined if unknown.</param>
    /// <param name="shape">The declared shape; null if the rank is unknown.</param>
    public static ModelValueType Tensor(ElementType elementType, IReadOnlyList<Dimension>? shape = null) =>
        new() { Kind = ModelValueKind.Tensor, ElementType = elementType, Shape = shape };

    /// <summary>A sequence type.</summary>
    /// <param name="element">The type of its items; null if unknown.</param>
    public static ModelValueType Sequence(ModelValueType? element) => new() { Kind = ModelValueKind.Sequence, Element = element };

    /// <summary>A map type.</summary>
    /// <param name="keyType">The key type.</param>
    /// <param name="value">The value type; null if unknown.</param>
    public static ModelValueType Map(ElementType keyType, ModelValueType? value) => new() { Kind = ModelValueKind.Map, KeyType = keyType, Element = value };

    /// <summary>An optional type.</summary>
    /// <param name="element">The type of its value; null if unknown.</param>
    public static ModelValueType Optional(ModelValueType? element) => new() { Kind = ModelValueKind.Optional, Element = element };

    /// <inheritdoc/>
    public bool Equals(ModelValueType? other) =>
        other is not null && Kind == other.Kind && ElementType == other.ElementType && KeyType == other.KeyType && Equals(Element, other.Element)
        && (Shape is null ? other.Shape is null : other.Shape is not null && Shape.SequenceEqual(other.Shape));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, ElementType, KeyType, Element, Shape?.Count);

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        ModelValueKind.Tensor => $"{ElementType.Name()}{(Shape is null ? "[...]" : $"[{string.Join(",", Shape)}]")}",
        ModelValueKind.Map => $"map({KeyType.Name()}, {Element})",
        _ => $"{Kind.ToString().ToLowerInvariant()}({Element})",
    };
}
