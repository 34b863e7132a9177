using System.Text.RegularExpressions;

namespace Inference.OnnxRuntime.Native;

/// <summary>Reads from ONNX Runtime's rejection of a model which operator it has no kernel or no definition for.</summary>
internal static partial class UnsupportedOperators
{
    /// <summary>The operator with its version; empty where the rejection has another cause.</summary>
    public static IReadOnlyList<string> Of(string nativeMessage)
    {
        foreach (Regex form in (Regex[])[MissingKernel(), MissingOperator(), UnknownOperator()])
        {
            if (form.Match(nativeMessage) is { Success: true } match)
            {
                return [$"{match.Groups["op"].Value}-{match.Groups["version"].Value}"];
            }
        }

        return [];
    }

    [GeneratedRegex(@"Could not find an implementation for (?<op>[\w.:]+)\((?<version>-?\d+)\)")]
    private static partial Regex MissingKernel();

    [GeneratedRegex(@"(?<op>[\w.:]+)\((?<version>-?\d+)\) is not a registered function/op")]
    private static partial Regex MissingOperator();

    [GeneratedRegex(@"No Op registered for (?<op>[\w.:]+) with domain_version of (?<version>-?\d+)")]
    private static partial Regex UnknownOperator();
}
