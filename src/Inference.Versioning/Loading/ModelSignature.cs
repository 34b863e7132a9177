namespace Inference.Versioning.Loading;

/// <summary>What callers rely on: inputs and outputs.</summary>
/// <param name="Inputs">The inputs.</param>
/// <param name="Outputs">The outputs.</param>
internal sealed record ModelSignature(IReadOnlyList<PortSignature> Inputs, IReadOnlyList<PortSignature> Outputs)
{
    public static ModelSignature Of(ModelInfo info) => new([.. info.Inputs.Select(PortSignature.Of)], [.. info.Outputs.Select(PortSignature.Of)]);

    /// <summary>Whether no part is null; deserialization does not guarantee it.</summary>
    public bool IsWhole() => Inputs is not null && Outputs is not null && Inputs.Concat(Outputs).All(static p => p?.IsWhole() == true);

    /// <summary>Why this model cannot be replaced by the other for its callers; null if it can. The other must accept every input of this one, require no further input, and return every output of this
    /// one. It may accept more shapes and return further outputs.</summary>
    public string? WhyNotReplaceableBy(ModelSignature other)
    {
        foreach (PortSignature input in Inputs)
        {
            PortSignature? same = other.Inputs.FirstOrDefault(i => i.Name == input.Name);
            if (same is null)
            {
                return $"input '{input.Name}': expected {input}, got no such input";
            }

            if (!input.FitsInto(same))
            {
                return $"input '{input.Name}': expected {input}, got {same}";
            }

            if (input.IsOptional && !same.IsOptional)
            {
                return $"input '{input.Name}': expected an optional input, got a required one";
            }
        }

        foreach (PortSignature input in other.Inputs)
        {
            if (!input.IsOptional && Inputs.All(i => i.Name != input.Name))
            {
                return $"input '{input.Name}': expected no further required input, got one that callers do not pass";
            }
        }

        foreach (PortSignature output in Outputs)
        {
            PortSignature? same = other.Outputs.FirstOrDefault(o => o.Name == output.Name);
            if (same is null)
            {
                return $"output '{output.Name}': expected {output}, got no such output";
            }

            if (!same.FitsInto(output))
            {
                return $"output '{output.Name}': expected {output}, got {same}";
            }
        }

        return null;
    }
}
