namespace Inference.Optimization.Reports;

/// <summary>The effect of quantizing one layer alone on the whole model.</summary>
/// <param name="Name">The name of the layer's output.</param>
/// <param name="Operator">The layer's operator.</param>
/// <param name="SourceBytes">The bytes of the layer's float weights.</param>
/// <param name="OutputError">The squared error of the model's output ÷ the output's variance.</param>
/// <param name="TimeShare">The model's time ÷ the float model's time, measured interleaved.</param>
public sealed record LayerSensitivity(string Name, string Operator, long SourceBytes, double OutputError, double TimeShare);
