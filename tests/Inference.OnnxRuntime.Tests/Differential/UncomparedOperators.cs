namespace Inference.OnnxRuntime.Tests.Differential;

/// <summary>Operators that run here and in ONNX Runtime and have no cases in the catalogue, with why: a test keeps the list complete and free of others.</summary>
internal static class UncomparedOperators
{
    /// <summary>By domain (<c>ai.onnx</c> for the default one) and operator.</summary>
    public static IReadOnlyDictionary<(string Domain, string OpType), string> Reasons { get; } = new Dictionary<(string, string), string>
    {
    };
}
