namespace Inference.Optimization.Reports;

/// <summary>What a report shows beyond the record that the model carries.</summary>
public sealed class ReportDetails
{
    /// <summary>Ranges of the quantized activations, with what was seen of them.</summary>
    public IReadOnlyList<TensorRange> Ranges { get; init; } = [];

    /// <summary>Each layer quantized by itself.</summary>
    public IReadOnlyList<LayerSensitivity> Sensitivities { get; init; } = [];
}
