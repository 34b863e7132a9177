using System.Globalization;
using Orleans;

namespace Inference.Orleans.Payloads;

/// <summary><see cref="ModelValueType"/> between processes. Immutable.</summary>
[GenerateSerializer]
[Immutable]
[Alias("inference.TypeDescription")]
internal sealed class TypeDescription
{
    [Id(0)]
    public ModelValueKind Kind { get; set; }

    [Id(1)]
    public ElementType ElementType { get; set; }

    /// <summary>A size as digits, a symbol after a colon, or nothing; null if the rank is unknown.</summary>
    [Id(2)]
    public string[]? Shape { get; set; }

    [Id(3)]
    public TypeDescription? Element { get; set; }

    [Id(4)]
    public ElementType KeyType { get; set; }

    public static TypeDescription? Of(ModelValueType? type) => type is null ? null : new()
    {
        Kind = type.Kind,
        ElementType = type.ElementType,
        Shape = type.Shape is { } shape ? [.. shape.Select(Text)] : null,
        Element = Of(type.Element),
        KeyType = type.KeyType,
    };

    public ModelValueType ToType() => new()
    {
        Kind = Kind,
        ElementType = ElementType,
        Shape = Shape is { } shape ? [.. shape.Select(Parse)] : null,
        Element = Element?.ToType(),
        KeyType = KeyType,
    };

    private static string Text(Dimension dimension) =>
        dimension.Size is { } size ? size.ToString(CultureInfo.InvariantCulture) : dimension.Symbol is { } symbol ? ":" + symbol : "";

    private static Dimension Parse(string text) =>
        text.Length == 0 ? Dimension.Unknown : text[0] == ':' ? Dimension.Named(text[1..]) : Dimension.Fixed(long.Parse(text, CultureInfo.InvariantCulture));
}
