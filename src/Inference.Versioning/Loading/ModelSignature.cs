namespace Inference.Versioning.Loading;

/// <summary>What callers rely on: inputs and outputs.</summary>
/// <param name="Inputs">The inputs.</param>
/// <param name="Outputs">The outputs.</param>
internal sealed record ModelSignature(IReadOnlyList<PortSignature> Inputs, IReadOnlyList<PortSignature> Outputs)
{
    public static ModelSignature Of(ModelInfo info) => new([.. info.Inputs.Select(PortSignature.Of)], [.. info.Outputs.Select(PortSignature.Of)]);

    /// <summary>Why callers of this model could not use the other: null when they can. The other takes every input that this takes, needs no further one, and gives every output that this
    /// gives. It may take wider shapes, and give further outputs.</summary>
    public string? WhyNotReplaceableBy(ModelSignature other)
    {
        foreach (PortSignature input in Inputs)
        {
            PortSignature? same = other.Inputs.FirstOrDefault(i => i.Name == input.Name);
            if (same is null)
            {
                return $"input '{input.Name}': expected {input}, there is no such input";
            }

            if (!input.FitsInto(same))
            {
                return $"input '{input.Name}': expected {input}, got {same}";
            }

            if (input.IsOptional && !same.IsOptional)
            {
                return $"input '{input.Name}': expected an optional input, it is required";
            }
        }

        foreach (PortSignature input in other.Inputs)
        {
            if (!input.IsOptional && Inputs.All(i => i.Name != input.Name))
            {
                return $"input '{input.Name}': it is required, and callers do not give it";
            }
        }

        foreach (PortSignature output in Outputs)
        {
            PortSignature? same = other.Outputs.FirstOrDefault(o => o.Name == output.Name);
            if (same is null)
            {
                return $"output '{output.Name}': expected {output}, there is no such output";
            }

            if (!same.FitsInto(output))
            {
                return $"output '{output.Name}': expected {output}, got {same}";
            }
        }

        return null;
    }
}
