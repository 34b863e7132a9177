namespace Inference.Optimization.Gate;

/// <summary>Whether a candidate's inputs and outputs are those of the baseline: names in order, element types, shapes.</summary>
internal static class SignatureRule
{
    public static GateRule Judge(ModelInfo baseline, ModelInfo candidate)
    {
        string[] differences = [.. Differences("input", baseline.Inputs, candidate.Inputs), .. Differences("output", baseline.Outputs, candidate.Outputs)];
        return new GateRule
        {
            Rule = "signature",
            Subject = "inputs and outputs",
            Outcome = differences.Length == 0 ? GateOutcome.Passed : GateOutcome.Refused,
            Required = true,
            Figure = differences.Length,
            Bound = 0,
            Unit = GateUnit.Count,
            Reason = string.Join("; ", differences),
        };
    }

    private static IEnumerable<string> Differences(string side, IReadOnlyList<ModelPort> baseline, IReadOnlyList<ModelPort> candidate)
    {
        for (int i = 0; i < Math.Max(baseline.Count, candidate.Count); i++)
        {
            string? want = i < baseline.Count ? Text(baseline[i]) : null, got = i < candidate.Count ? Text(candidate[i]) : null;
            if (want != got)
            {
                yield return $"{side} {i}: expected {want ?? "none"}, got {got ?? "none"}";
            }
        }
    }

    // Names of axes mean nothing to a caller: any size is any size.
    private static string Text(ModelPort port)
    {
        string type = port.Type is { Kind: ModelValueKind.Tensor, Shape: { } shape }
            ? $"{port.Type.ElementType.Name()}[{string.Join(",", shape.Select(static d => d.Size?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "?"))}]"
            : port.Type.ToString();
        return $"'{port.Name}' {type}{(port.IsOptional ? " (optional)" : "")}";
    }
}
