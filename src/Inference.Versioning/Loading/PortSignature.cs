using System.Globalization;

namespace Inference.Versioning.Loading;

/// <summary>An input or output in the form stored in the state file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The element type by name for tensors, the whole type as text for other kinds.</param>
/// <param name="Shape">Fixed dimensions as numbers, null for dynamic ones; null if the rank is dynamic or the value is not a tensor.</param>
/// <param name="IsOptional">Whether an input has a default.</param>
internal sealed record PortSignature(string Name, string Type, IReadOnlyList<long?>? Shape, bool IsOptional)
{
    public static PortSignature Of(ModelPort port) => new(
        port.Name,
        port.Type.Kind == ModelValueKind.Tensor ? port.Type.ElementType.Name() : port.Type.ToString(),
        port.Type.Kind == ModelValueKind.Tensor && port.Type.Shape is { } shape ? [.. shape.Select(d => d.Size)] : null,
        port.IsOptional);

    /// <summary>Whether <paramref name="wider"/> accepts every value of this port: same type, same rank, and no dimension fixed there that is dynamic or different here.</summary>
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

    /// <summary>Whether no part is null; deserialization does not guarantee it.</summary>
    public bool IsWhole() => Name is not null && Type is not null;

    public override string ToString() =>
        Type + (Shape is null ? "" : $"[{string.Join(",", Shape.Select(d => d?.ToString(CultureInfo.InvariantCulture) ?? "?"))}]") + (IsOptional ? " (optional)" : "");
}
