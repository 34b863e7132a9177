namespace Inference.Evaluation.Metrics;

/// <summary>The probabilities of a row's positions, checked.</summary>
internal static class ClassProbabilities
{
    /// <summary>The number of classes: values ÷ positions.</summary>
    /// <exception cref="EvaluationException">There are no values, or they do not divide.</exception>
    public static int Count(Metric metric, ReadOnlySpan<double> values, ReadOnlySpan<int> actual) => actual.Length > 0 && values.Length > actual.Length && values.Length % actual.Length == 0
        ? values.Length / actual.Length
        : throw new EvaluationException($"Metric '{metric.Name}': expected a {(metric.Needs == MetricNeeds.Scores ? "score" : "probability")} for each of two classes or more, got {values.Length} for {actual.Length} positions. Name an output that holds them, or choose a metric of classes.");
}
