namespace Inference;

/// <summary>The declared type of an input or output: what kind of value, of which element type and shape.</summary>
/// <param name="Kind">Tensor, sequence, map or optional.</param>
/// <param name="ElementType">The element type of a tensor; undefined for the other kinds.</param>
/// <param name="Shape">The declared shape of a tensor; null when the rank is not known, and for the other kinds.</param>
/// <param name="Element">What a sequence or optional holds, or the value type of a map; null for tensors.</param>
/// <param name="KeyType">The key type of a map; undefined for the other kinds.</param>
public sealed record ModelValueType(
    ModelValueKind Kind,
    ElementType ElementType = ElementType.Undefined,
    IReadOnlyList<Dimension>? Shape = null,
    ModelValueType? Element = null,
    ElementType KeyType = ElementType.Undefined)
{
    /// <summary>A tensor type.</summary>
    public static ModelValueType Tensor(ElementType elementType, IReadOnlyList<Dimension>? shape = null) => new(ModelValueKind.Tensor, elementType, shape);

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        ModelValueKind.Tensor => $"{ElementType.Name()}{(Shape is null ? "[...]" : $"[{string.Join(",", Shape)}]")}",
        ModelValueKind.Map => $"map({KeyType.Name()}, {Element})",
        _ => $"{Kind.ToString().ToLowerInvariant()}({Element})",
    };
}
