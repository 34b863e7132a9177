namespace Inference.Generators.Signatures;

/// <summary>The type of a port.</summary>
/// <param name="Kind"><c>tensor</c>, <c>sequence</c>, <c>optional</c> or <c>map</c>.</param>
/// <param name="Elements">The element type of a tensor, such as <c>float32</c>.</param>
/// <param name="Shape">The shape of a tensor; null if the rank is unknown.</param>
/// <param name="Key">The key type of a map.</param>
/// <param name="Element">The element type of the other kinds; null if the file does not state it.</param>
internal sealed record PortType(string Kind, string Elements, EquatableArray<Dimension>? Shape, string Key, PortType? Element)
{
    public bool IsTensor => Kind == "tensor";

    /// <summary>Whether the shape follows from the number of elements.</summary>
    public bool IsShapeInferable => Shape is { } shape && shape.Count(static d => d.Size is null) is var open && (open == 0 || (open == 1 && shape.All(static d => d.Size != 0)));

    /// <summary>Formats the type as the runtime does.</summary>
    public override string ToString() => Kind switch
    {
        "tensor" => Elements + (Shape is { } shape ? $"[{string.Join(",", shape)}]" : "[...]"),
        "map" => $"map({Key}, {Element})",
        _ => $"{Kind}({Element})",
    };
}
