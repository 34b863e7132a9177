using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Inference.Generators;

/// <summary>A source location that is compared by value and holds no syntax tree.</summary>
internal sealed record SourceLocation(string Path, TextSpan Span, LinePositionSpan Lines)
{
    public static SourceLocation? Of(Location? location) =>
        location?.SourceTree is { } tree ? new(tree.FilePath, location.SourceSpan, location.GetLineSpan().Span) : null;

    public Location ToLocation() => Location.Create(Path, Span, Lines);
}
