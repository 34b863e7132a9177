using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Evaluation;

namespace Inference.Optimization.Records;

/// <summary>What a decision record is made of; see <see cref="DecisionRecord.CreateAsync"/>.</summary>
public sealed class DecisionRecordRequest
{
    /// <summary>What was done, such as <c>quantize</c>.</summary>
    public required string Verb { get; init; }

    /// <summary>The source model.</summary>
    public required OnnxModel Source { get; init; }

    /// <summary>The new model.</summary>
    public required OnnxModel Model { get; init; }

    /// <summary>What was done to each layer.</summary>
    public IReadOnlyList<LayerDecision> Layers { get; init; } = [];

    /// <summary>The rows it was made with; null, the default: none.</summary>
    public IDataSource? Calibration { get; init; }

    /// <summary>The rows to measure quality and time on; null, the default: neither is measured.</summary>
    public IDataSource? Judged { get; init; }

    /// <summary>Metric, labels, slices.</summary>
    public EvaluationOptions Evaluation { get; init; } = new();

    /// <summary>What the new model is run with; null, the default: as the source.</summary>
    public IModelLoader? Loader { get; init; }

    /// <summary>The source's evaluation on <see cref="Judged"/>, if there is one already; null, the default: it is made.</summary>
    internal SourceJudge? Judge { get; init; }
}
