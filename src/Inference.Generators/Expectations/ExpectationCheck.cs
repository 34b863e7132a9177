using Inference.Generators.Signatures;

namespace Inference.Generators.Expectations;

/// <summary>Checks a model against the ports listed in an attribute.</summary>
internal static class ExpectationCheck
{
    public static IEnumerable<Finding> Findings(TypedClass type, Signature signature) =>
        Compare(type, signature, "input", "Inputs", type.ExpectedInputs, signature.Inputs)
            .Concat(Compare(type, signature, "output", "Outputs", type.ExpectedOutputs, signature.Outputs));

    private static IEnumerable<Finding> Compare(TypedClass type, Signature signature, string role, string property, string? text, EquatableArray<Port> actual)
    {
        if (text is null)
        {
            yield break;
        }

        if (ExpectedPorts.Parse(text) is not { } expected)
        {
            yield return Finding.Of(Rules.BadExpectation, type.Location, type.Name, property, text);
            yield break;
        }

        foreach (ExpectedPort port in expected)
        {
            Port? found = actual.FirstOrDefault(a => a.Name == port.Name);
            if (found is null)
            {
                yield return Finding.Of(Rules.PortMissing, type.Location, type.Name, signature.Model, role, port.Name, port.Type, string.Join(", ", actual.Select(static a => $"'{a.Name}'")));
            }
            else if (!port.Allows(found.Type))
            {
                yield return Finding.Of(Rules.PortDiffers, type.Location, type.Name, signature.Model, role, port.Name, port.Type, found.Type?.ToString() ?? "no declared type");
            }
        }

        // A model may have more outputs than are listed, but every input that it requires must be listed.
        foreach (Port port in actual.Where(a => role == "input" && !a.IsOptional && expected.TrueForAll(e => e.Name != a.Name)))
        {
            yield return Finding.Of(Rules.InputUnexpected, type.Location, type.Name, signature.Model, port.Name, port.Type?.ToString() ?? "no declared type");
        }
    }
}
