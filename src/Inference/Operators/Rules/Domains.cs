namespace Inference.Operators.Rules;

/// <summary>Domains of operators; the standard's own is the empty string.</summary>
internal static class Domains
{
    public const string Ml = "ai.onnx.ml";
    public const string Microsoft = "com.microsoft";
    public const string Preview = "ai.onnx.preview";
    public const string Training = "ai.onnx.preview.training";

    /// <summary>Operators that only passes make.</summary>
    public const string Fused = "inference.fused";
}
