using System.Globalization;

namespace Inference.Generators.Signatures;

/// <summary>A dimension: a size, a symbol, or neither.</summary>
internal sealed record Dimension(long? Size, string? Symbol)
{
    public override string ToString() => Size?.ToString(CultureInfo.InvariantCulture) ?? Symbol ?? "?";
}
