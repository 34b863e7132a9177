using System.Text.RegularExpressions;

namespace Inference.OnnxRuntime.Native;

/// <summary>Turns ONNX Runtime's rejection of a model into the exception a loader throws.</summary>
internal static partial class LoadFailure
{
    /// <summary>An <see cref="UnsupportedModelException"/> that names the operator where ONNX Runtime has none for it, else a <see cref="ModelLoadException"/>.</summary>
    public static ModelLoadException Of(OnnxRuntimeException exception)
    {
        Match match = MissingKernel().Match(exception.NativeMessage);
        match = match.Success ? match : MissingOperator().Match(exception.NativeMessage);
        match = match.Success ? match : UnknownOperator().Match(exception.NativeMessage);
        return match.Success
            ? new UnsupportedModelException(exception.Message, [$"{match.Groups["op"].Value}-{match.Groups["version"].Value}"])
            : new ModelLoadException(exception.Message, exception);
    }

    [GeneratedRegex(@"Could not find an implementation for (?<op>[\w.:]+)\((?<version>-?\d+)\)")]
    private static partial Regex MissingKernel();

    [GeneratedRegex(@"(?<op>[\w.:]+)\((?<version>-?\d+)\) is not a registered function/op")]
    private static partial Regex MissingOperator();

    [GeneratedRegex(@"No Op registered for (?<op>[\w.:]+) with domain_version of (?<version>-?\d+)")]
    private static partial Regex UnknownOperator();
}
