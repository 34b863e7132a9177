using Inference.Versioning.Manifest;

namespace Inference.Versioning.Loading;

/// <summary>Runs a version on its golden rows and compares the outputs.</summary>
internal static class GoldenCheck
{
    /// <summary>The inputs of every case; the caller disposes them.</summary>
    /// <exception cref="ModelLoadException">A tensor is malformed.</exception>
    public static IReadOnlyList<NamedValues> Inputs(GoldenRows? golden, string where)
    {
        var inputs = new List<NamedValues>();
        for (int i = 0; i < (golden?.Cases.Count ?? 0); i++)
        {
            inputs.Add(Values(golden!.Cases[i].Inputs, $"{where}, golden case {i}"));
        }

        return inputs;
    }

    /// <summary>Runs each case once.</summary>
    /// <exception cref="ModelLoadException">An output is missing or differs by more than the tolerance.</exception>
    public static async ValueTask VerifyAsync(IModelRunner runner, GoldenRows golden, IReadOnlyList<NamedValues> inputs, VersioningOptions options, string where, CancellationToken cancellationToken)
    {
        double relative = golden.RelativeTolerance ?? options.GoldenRelativeTolerance;
        double absolute = golden.AbsoluteTolerance ?? options.GoldenAbsoluteTolerance;
        for (int i = 0; i < inputs.Count; i++)
        {
            using NamedValues got = await runner.RunAsync(inputs[i], new RunContext { BypassCache = true, Priority = RunPriority.Low }, cancellationToken).ConfigureAwait(false);
            using NamedValues want = Values(golden.Cases[i].Outputs, $"{where}, golden case {i}");
            foreach ((string name, ModelValue expected) in want)
            {
                if (!got.TryGetValue(name, out ModelValue? actual))
                {
                    throw new ModelLoadException($"{where}, golden case {i}: expected an output '{name}', the model has no such output. Correct the model or its manifest.");
                }

                if (ValueDifference.Find(actual, expected, relative, absolute, out _) is { } difference)
                {
                    throw new ModelLoadException($"{where}, golden case {i}, output '{name}': {difference}. The model does not reproduce its golden rows; publish a correct model, or correct the golden rows.");
                }
            }
        }
    }

    private static NamedValues Values(Dictionary<string, GoldenTensor> tensors, string where)
    {
        var values = new NamedValues(tensors.Count);
        foreach ((string name, GoldenTensor tensor) in tensors)
        {
            values.Add(name, tensor.ToTensor($"{where}, '{name}'"));
        }

        return values;
    }
}
