using System.Collections;
using System.Reflection;

namespace Inference.Onnx.Tests.Support;

/// <summary>
/// Compares two object graphs by their public properties, so that a property added later is compared too. Unknown fields are compared as joined bytes.
/// Floats are compared by bits.
/// </summary>
internal static class DeepComparer
{
    /// <summary>The first difference as "path: a ≠ b"; null where there is none.</summary>
    public static string? Difference(object? a, object? b, params HashSet<string> ignore) => Compare("", a, b, ignore);

    private static string? Compare(string path, object? a, object? b, HashSet<string> ignore)
    {
        if (a is null || b is null)
        {
            return a is null && b is null ? null : $"{path}: {a ?? "null"} ≠ {b ?? "null"}";
        }

        switch (a)
        {
            case float f:
                return BitConverter.SingleToUInt32Bits(f) == BitConverter.SingleToUInt32Bits((float)b) ? null : $"{path}: {a} ≠ {b}";
            case ReadOnlyMemory<byte> bytes:
                return bytes.Span.SequenceEqual(((ReadOnlyMemory<byte>)b).Span) ? null : $"{path}: bytes differ";
            case string or ValueType:
                return a.Equals(b) ? null : $"{path}: {a} ≠ {b}";
            case IEnumerable<ReadOnlyMemory<byte>> slices when path.EndsWith("UnknownFields", StringComparison.Ordinal):
                var other = (IEnumerable<ReadOnlyMemory<byte>>)b;
                return slices.SelectMany(s => s.ToArray()).SequenceEqual(other.SelectMany(s => s.ToArray())) ? null : $"{path}: bytes differ";
            case IEnumerable list:
                return CompareLists(path, list, (IEnumerable)b, ignore);
        }

        foreach (var property in a.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => !ignore.Contains(p.Name) && p.GetIndexParameters().Length == 0))
        {
            if (Compare($"{path}.{property.Name}", property.GetValue(a), property.GetValue(b), ignore) is { } difference)
            {
                return difference;
            }
        }

        return null;
    }

    private static string? CompareLists(string path, IEnumerable a, IEnumerable b, HashSet<string> ignore)
    {
        var left = a.Cast<object?>().ToList();
        var right = b.Cast<object?>().ToList();
        if (left.Count != right.Count)
        {
            return $"{path}: {left.Count} ≠ {right.Count} items";
        }

        for (var i = 0; i < left.Count; i++)
        {
            if (Compare($"{path}[{i}]", left[i], right[i], ignore) is { } difference)
            {
                return difference;
            }
        }

        return null;
    }
}
