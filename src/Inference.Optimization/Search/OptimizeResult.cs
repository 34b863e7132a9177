using Inference.Onnx;
using Inference.Optimization.Records;
using Inference.Optimization.Reports;

namespace Inference.Optimization.Search;

/// <summary>What a search found.</summary>
public sealed class OptimizeResult
{
    /// <summary>The best model; the source's copy where nothing better keeps to the budget.</summary>
    public required OnnxModel Model { get; init; }

    /// <summary>How it came to be; also in the model's metadata.</summary>
    public required DecisionRecord Record { get; init; }

    /// <summary>Whether every budget is met.</summary>
    public required bool Met { get; init; }

    /// <summary>More for a report.</summary>
    public ReportDetails Details { get; init; } = new();
}
