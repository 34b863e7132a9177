namespace Inference.Optimization.Reports;

/// <summary>Details that a report shows in addition to the model's record.</summary>
public sealed class ReportDetails
{
    /// <summary>The ranges of the quantized activations, with the observed values.</summary>
    public IReadOnlyList<TensorRange> Ranges { get; init; } = [];

    /// <summary>The effect of quantizing each layer alone.</summary>
    public IReadOnlyList<LayerSensitivity> Sensitivities { get; init; } = [];
}
