using System.Text;

namespace Inference.Versioning.Signing;

/// <summary>The names of files in statements.</summary>
internal sealed class ResourceName : IComparer<string>
{
    /// <summary>By code points, which is the order of the UTF-8 bytes.</summary>
    public static ResourceName Order { get; } = new();

    public int Compare(string? x, string? y) => Encoding.UTF8.GetBytes(x ?? "").AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y ?? ""));

    /// <summary>Whether a name is relative, with parts separated by one <c>/</c>, none of them empty, <c>.</c> or <c>..</c>.</summary>
    public static bool IsCanonical(string name) =>
        !name.Contains('\0', StringComparison.Ordinal) && name.Split('/').All(static part => part is not ("" or "." or ".."));

    /// <summary>Whether a name is one of these paths or lies below one.</summary>
    public static bool IsUnder(string name, IEnumerable<string> paths) =>
        paths.Any(path => name.StartsWith(path, StringComparison.Ordinal) && (name.Length == path.Length || name[path.Length] == '/'));
}
