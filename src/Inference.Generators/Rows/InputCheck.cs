using Inference.Generators.Emission;
using Inference.Generators.Signatures;

namespace Inference.Generators.Rows;

/// <summary>Whether the properties of a type fit the inputs of a listed model.</summary>
internal static class InputCheck
{
    public static IEnumerable<Finding> Findings(InputRecord record, Signature signature)
    {
        var filled = new HashSet<string>(StringComparer.Ordinal);
        foreach (InputColumn column in record.Columns)
        {
            Port[] ports = [.. signature.Inputs.Where(p => p.Name == column.Name)];
            if (ports.Length == 0)
            {
                ports = [.. signature.Inputs.Where(p => Plain(p.Name) == Plain(column.Name))];
            }

            if (ports.Length != 1)
            {
                yield return Finding.Of(Rules.InputUnknown, column.Location, record.Type.Name, signature.Model, column.Property, column.Name, string.Join(", ", signature.Inputs.Select(static p => $"'{p.Name}'")));
                continue;
            }

            Port port = ports[0];
            filled.Add(port.Name);
            if (port.Type is { } type && (!type.IsTensor || type.Elements != TypedForm.NameOf(column.Element!) || !FitsRow(type, column)))
            {
                yield return Finding.Of(
                    Rules.InputDiffers, column.Location, record.Type.Name, signature.Model, column.Property, port.Name, type.ToString(), $"{(column.IsRow ? "several elements" : "one element")} of {TypedForm.NameOf(column.Element!)} a row");
            }
        }

        foreach (Port port in signature.Inputs.Where(p => !p.IsOptional && !filled.Contains(p.Name)))
        {
            yield return Finding.Of(Rules.InputMissing, record.Type.Location, record.Type.Name, signature.Model, port.Name, port.Type?.ToString() ?? "no declared type");
        }
    }

    // One element fits rows of one element; how many elements several are is known when they run.
    private static bool FitsRow(PortType type, InputColumn column) =>
        type.Shape is not { } shape || (shape.Count > 0 && (column.IsRow || shape.Skip(1).All(static d => d.Size is null or 1)));

    private static string Plain(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToUpperInvariant();
}
