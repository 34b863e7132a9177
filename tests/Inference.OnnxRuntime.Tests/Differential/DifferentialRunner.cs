using Inference.OnnxRuntime.Tests.Support;

namespace Inference.OnnxRuntime.Tests.Differential;

/// <summary>Runs a case on <c>cpu</c> and on <c>onnxruntime</c> and compares.</summary>
internal static class DifferentialRunner
{
    private static readonly OnnxRuntimeOptions s_options = new() { IntraOpThreads = 1, GraphOptimization = GraphOptimizationLevel.Disabled, LogLevel = OnnxRuntimeLogLevel.Fatal };

    /// <summary>Compares; null for agreement.</summary>
    /// <param name="made">The case.</param>
    /// <param name="domain">The operator's domain.</param>
    /// <param name="compared">False where ONNX Runtime has no kernel for the types drawn, so that there was nothing to compare.</param>
    public static string? Compare(DifferentialCase made, string domain, out bool compared)
    {
        compared = false;
        byte[] bytes = made.ToBytes(domain);
        OnnxRuntimeModel reference;
        try
        {
            reference = OnnxRuntimeModel.Load(bytes, s_options, made.Graph.Name);
        }
        catch (ModelLoadException exception) when (IsUnsupported(exception))
        {
            return null;
        }
        catch (ModelLoadException exception)
        {
            // Both may refuse a case that breaks the rules; only one of them may not.
            compared = true;
            return Refuses(bytes, made) ? null : $"onnxruntime refuses the model, cpu runs it: {exception.Message}";
        }

        using (reference)
        {
            compared = true;
            NamedValues? want = Try(() => made.Shared.Count == 0 ? reference.Run(made.Inputs) : RunInPlace(reference, made), out string? wantError);
            if (wantError?.Contains("NOT_IMPLEMENTED", StringComparison.OrdinalIgnoreCase) == true || wantError?.Contains("NotImplemented", StringComparison.Ordinal) == true)
            {
                compared = false;
                return null;
            }

            using (want)
            {
                using NamedValues? got = Try(() => RunOnCpu(bytes, made.Inputs), out string? gotError);
                return (want, got) switch
                {
                    (null, null) => null,
                    (null, _) => $"onnxruntime fails, cpu does not: {wantError}",
                    (_, null) => $"cpu fails, onnxruntime does not: {gotError}",
                    _ => Difference(made, want, got),
                };
            }
        }
    }

    private static bool IsUnsupported(ModelLoadException exception) =>
        exception is UnsupportedModelException
        || exception.InnerException is OnnxRuntimeException { Code: OnnxRuntimeErrorCode.NotImplemented }
        || exception.Message.Contains("is invalid", StringComparison.Ordinal) && exception.Message.Contains("Type 'tensor(", StringComparison.Ordinal)
        || exception.Message.Contains("is under development and support for this is limited", StringComparison.Ordinal);

    private static bool Refuses(byte[] bytes, DifferentialCase made)
    {
        using NamedValues? got = Try(() => RunOnCpu(bytes, made.Inputs), out _);
        return got is null;
    }

    private static NamedValues RunOnCpu(byte[] bytes, NamedValues inputs)
    {
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(bytes), new ModelLoadOptions { Threads = 1 });
        return runner.Run(inputs);
    }

    // Some outputs are written where copies of inputs lie.
    private static NamedValues RunInPlace(OnnxRuntimeModel reference, DifferentialCase made)
    {
        NamedValues results = [];
        foreach ((string output, string input) in made.Shared)
        {
            var value = (TensorValue)made.Inputs[input];
            TensorValue copy = TensorValue.Allocate(value.ElementType, value.Shape);
            value.AsBytes().CopyTo(copy.AsWritableBytes());
            results.Add(output, copy);
        }

        ModelValue?[] outputs = [.. reference.Outputs.Select(port => made.Shared.ContainsKey(port.Name) ? results[port.Name] : null)];
        ModelValue?[] inputs = [.. reference.Inputs.Select(port => made.Shared.FirstOrDefault(pair => pair.Value == port.Name) is { Key: { } output } ? results[output] : made.Inputs[port.Name])];
        reference.Run(inputs, outputs);
        for (int i = 0; i < outputs.Length; i++)
        {
            if (!made.Shared.ContainsKey(reference.Outputs[i].Name))
            {
                results.Add(reference.Outputs[i].Name, outputs[i]!);
            }
        }

        return results;
    }

    private static NamedValues? Try(Func<NamedValues> run, out string? error)
    {
        try
        {
            error = null;
            return run();
        }
        catch (InferenceException exception)
        {
            error = $"{exception.GetType().Name}: {exception.Message}";
            return null;
        }
    }

    private static string? Difference(DifferentialCase made, NamedValues want, NamedValues got)
    {
        foreach ((string name, ModelValue value) in want)
        {
            if (value is not TensorValue wanted || got.Get(name) is not TensorValue gotten)
            {
                return $"{name}: a tensor was expected.";
            }

            if (wanted.ToString() != gotten.ToString())
            {
                return $"{name}: onnxruntime gives {wanted}, cpu {gotten}.";
            }

            if (wanted.ElementType == ElementType.String)
            {
                if (!wanted.AsSpan<string>().SequenceEqual(gotten.AsSpan<string>()))
                {
                    return $"{name}: onnxruntime gives [{string.Join("|", wanted.AsSpan<string>().ToArray())}], cpu [{string.Join("|", gotten.AsSpan<string>().ToArray())}].";
                }

                continue;
            }

            if (Difference(made, name, wanted, gotten) is { } difference)
            {
                return difference;
            }
        }

        return null;
    }

    private static string? Difference(DifferentialCase made, string name, TensorValue want, TensorValue got)
    {
        double[] wanted = TensorAssert.Doubles(want);
        double[] gotten = TensorAssert.Doubles(got);

        // Half a unit in the last place of the coarser types, twice over: both sides round.
        (double relative, double absolute) = want.ElementType switch
        {
            ElementType.Float16 => (Math.Max(made.Relative, 2e-3), Math.Max(made.Absolute, 1e-3)),
            ElementType.BFloat16 => (Math.Max(made.Relative, 1.6e-2), Math.Max(made.Absolute, 8e-3)),
            ElementType.Float or ElementType.Double => (made.Relative, made.Absolute),
            _ => (0, made.Steps),
        };
        for (int i = 0; i < wanted.Length; i++)
        {
            bool equal = wanted[i].Equals(gotten[i]) || Math.Abs(wanted[i] - gotten[i]) <= absolute + (relative * Math.Abs(wanted[i]));
            if (!equal)
            {
                return $"{name}[{i}] of {want}: onnxruntime gives {wanted[i]:G9}, cpu {gotten[i]:G9} (relative {relative}, absolute {absolute}).";
            }
        }

        return null;
    }
}
