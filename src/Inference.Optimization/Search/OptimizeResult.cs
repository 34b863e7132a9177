using Inference.Onnx;
using Inference.Optimization.Records;
using Inference.Optimization.Reports;

namespace Inference.Optimization.Search;

/// <summary>What a search found.</summary>
/// <param name="Model">The best model; the source's copy where nothing better keeps to the budget.</param>
/// <param name="Record">How it came to be; also in the model's metadata.</param>
/// <param name="Met">Whether every budget is met.</param>
public sealed record OptimizeResult(OnnxModel Model, DecisionRecord Record, bool Met)
{
    /// <summary>More for a report.</summary>
    public ReportDetails Details { get; init; } = new();
}
