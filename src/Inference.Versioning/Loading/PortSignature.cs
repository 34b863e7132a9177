using System.Globalization;

namespace Inference.Versioning.Loading;

/// <summary>An input or output in a form that can be kept in the state file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Element type by name for tensors, the whole type as text for other kinds.</param>
/// <param name="Shape">Fixed dimensions as numbers, null for open ones; null where the rank is open or the value is not a tensor.</param>
/// <param name="IsOptional">Whether an input has a default.</param>
internal sealed record PortSignature(string Name, string Type, IReadOnlyList<long?>? Shape, bool IsOptional)
{
    public static PortSignature Of(ModelPort port) => new(
        port.Name,
        port.Type.Kind == ModelValueKind.Tensor ? port.Type.ElementType.Name() : port.Type.ToString(),
        port.Type.Kind == ModelValueKind.Tensor && port.Type.Shape is { } shape ? [.. shape.Select(d => d.Size)] : null,
        port.IsOptional);

    /// <summary>Whether every value that this port may carry is one that <paramref name="wider"/> may carry: same type, same rank, no dimension fixed there that is open or different here.</summary>
    public bool FitsInto(PortSignature wider)
    {
        if (Type != wider.Type)
        {
            return false;
        }

        if (wider.Shape is null)
        {
            return true;
        }

        if (Shape is null || Shape.Count != wider.Shape.Count)
        {
            return false;
        }

        for (int i = 0; i < Shape.Count; i++)
        {
            if (wider.Shape[i] is { } fixedSize && Shape[i] != fixedSize)
            {
                return false;
            }
        }

        return true;
    }

    public override string ToString() =>
        Type + (Shape is null ? "" : $"[{string.Join(",", Shape.Select(d => d?.ToString(CultureInfo.InvariantCulture) ?? "?"))}]") + (IsOptional ? " (optional)" : "");
}
