using Inference.Onnx;
using Inference.Optimization.Records;
using Inference.Optimization.Reports;

namespace Inference.Optimization.Search;

/// <summary>The result of a search.</summary>
public sealed class OptimizeResult
{
    /// <summary>The best model; a copy of the source if no better one meets the budget.</summary>
    public required OnnxModel Model { get; init; }

    /// <summary>The decision record; also stored in the model's metadata.</summary>
    public required DecisionRecord Record { get; init; }

    /// <summary>Whether every budget is met.</summary>
    public required bool Met { get; init; }

    /// <summary>Further details for a report.</summary>
    public ReportDetails Details { get; init; } = new();
}
