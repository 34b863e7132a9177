namespace Inference.Evaluation.Metrics;

/// <summary>Specifies the parts of a row that a metric reads.</summary>
public enum MetricNeeds
{
    /// <summary><see cref="EvaluationRow.Predicted"/> and <see cref="EvaluationRow.Actual"/>.</summary>
    Classes,

    /// <summary><see cref="EvaluationRow.Probabilities"/> and <see cref="EvaluationRow.Actual"/>.</summary>
    Probabilities,

    /// <summary><see cref="EvaluationRow.Scores"/> and <see cref="EvaluationRow.Actual"/>.</summary>
    Scores,

    /// <summary><see cref="EvaluationRow.Values"/> and <see cref="EvaluationRow.Truth"/>.</summary>
    Values,
}
