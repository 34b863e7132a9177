namespace Inference.Optimization.Reports;

/// <summary>What quantizing one layer alone does to the whole model.</summary>
/// <param name="Name">The layer's output.</param>
/// <param name="Operator">Its operator.</param>
/// <param name="SourceBytes">Bytes of its weights in float.</param>
/// <param name="OutputError">Squared error of the model's output ÷ the output's variance.</param>
/// <param name="TimeShare">Time of the model ÷ time of the float model, interleaved.</param>
public sealed record LayerSensitivity(string Name, string Operator, long SourceBytes, double OutputError, double TimeShare);
