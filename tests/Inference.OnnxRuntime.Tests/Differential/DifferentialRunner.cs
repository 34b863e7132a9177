using Inference.OnnxRuntime.Tests.Differential.Plain;
using Inference.OnnxRuntime.Tests.Support;

namespace Inference.OnnxRuntime.Tests.Differential;

/// <summary>Runs a case on <c>cpu</c>, on <c>cpu</c> without vector instructions and on <c>onnxruntime</c> and compares.</summary>
internal static class DifferentialRunner
{
    private static readonly OnnxRuntimeOptions s_options = new() { IntraOpThreads = 1, GraphOptimization = GraphOptimizationLevel.Disabled, LogLevel = OnnxRuntimeLogLevel.Fatal };

    // What ONNX Runtime says at a run where a kernel lacks the types or the form.
    private static readonly string[] s_missing = ["NOT_IMPLEMENTED", "NotImplemented", "data type is not supported with", "Tensor type mismatch", "mode only supports:"];

    /// <summary>Compares; null for agreement.</summary>
    /// <param name="made">The case.</param>
    /// <param name="domain">The operator's domain.</param>
    /// <param name="outcome">What there was to compare.</param>
    public static string? Compare(DifferentialCase made, string domain, out DifferentialOutcome outcome)
    {
        byte[] bytes = made.ToBytes(domain);
        using NamedValues? got = Try(() => RunOnCpu(bytes, made.Inputs), out string? gotError);
        using NamedValues? want = RunReference(bytes, made, out string? wantError, out bool hasKernel);
        made.Refusal = gotError;
        outcome = !hasKernel ? DifferentialOutcome.NoKernel : want is null && got is null ? DifferentialOutcome.BothRefuse : DifferentialOutcome.Compared;
        string? difference = !hasKernel ? null : (want, got) switch
        {
            (null, null) => null,
            (null, _) => wantError,
            (_, null) => $"cpu fails, onnxruntime does not: {gotError}",
            _ => ValueDifference.Of(made, "onnxruntime", want, "cpu", got),
        };
        return difference ?? PlainDifference(bytes, made, got);
    }

    // A model that one of the two paths refuses is refused before any kernel runs.
    private static string? PlainDifference(byte[] bytes, DifferentialCase made, NamedValues? got)
    {
        if (got is null)
        {
            return null;
        }

        using NamedValues? plain = PlainEngine.Shared.Run(bytes, made.Inputs, out string? error);
        return plain is null ? $"the plain path fails, cpu does not: {error}" : ValueDifference.Of(made, "the plain path", plain, "cpu", got);
    }

    private static NamedValues? RunReference(byte[] bytes, DifferentialCase made, out string? error, out bool hasKernel)
    {
        hasKernel = true;
        OrtModel reference;
        try
        {
            reference = OrtModel.Load(bytes, s_options, made.Graph.Name);
        }
        catch (OnnxRuntimeException exception)
        {
            hasKernel = !IsUnsupported(exception);
            error = $"onnxruntime refuses the model, cpu runs it: {exception.Message}";
            return null;
        }

        using (reference)
        {
            NamedValues? want = Try(() => made.Shared.Count == 0 ? reference.Run(made.Inputs) : RunInPlace(reference, made), out string? failure);
            hasKernel = failure is null || !s_missing.Any(text => failure.Contains(text, StringComparison.OrdinalIgnoreCase));
            error = failure is null ? null : $"onnxruntime fails, cpu does not: {failure}";
            return want;
        }
    }

    private static bool IsUnsupported(OnnxRuntimeException exception) =>
        exception.UnsupportedOperators.Count > 0
        || exception.Code == OnnxRuntimeErrorCode.NotImplemented
        || exception.Message.Contains("is invalid", StringComparison.Ordinal) && exception.Message.Contains("Type '", StringComparison.Ordinal)
        || exception.Message.Contains("is under development and support for this is limited", StringComparison.Ordinal);

    /// <summary>Runs on <c>cpu</c>; null, with the error, where it refuses.</summary>
    internal static NamedValues? RunOnCpu(byte[] bytes, NamedValues inputs, out string? error) => Try(() => RunOnCpu(bytes, inputs), out error);

    /// <summary>How far elements of a type may differ: |one − other| ≤ absolute + relative · |one|.</summary>
    internal static (double Relative, double Absolute) Tolerance(DifferentialCase made, ElementType type) => type switch
    {
        // Half a unit in the last place of the coarser types, twice over: both sides round.
        ElementType.Float16 => (Math.Max(made.Relative, 2e-3), Math.Max(made.Absolute, 1e-3)),
        ElementType.BFloat16 => (Math.Max(made.Relative, 1.6e-2), Math.Max(made.Absolute, 8e-3)),
        ElementType.Float32 or ElementType.Float64 => (made.Relative, made.Absolute),
        _ => (0, made.Steps),
    };

    private static NamedValues RunOnCpu(byte[] bytes, NamedValues inputs)
    {
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(bytes), new ModelLoadOptions { Threads = 1 });
        return runner.Run(inputs);
    }

    // Some outputs are written where copies of inputs lie.
    private static NamedValues RunInPlace(OrtModel reference, DifferentialCase made)
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
        ModelValue[] inputs = [.. reference.Inputs.Select(port => made.Shared.FirstOrDefault(pair => pair.Value == port.Name) is { Key: { } output } ? results[output] : made.Inputs[port.Name])];
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
}
