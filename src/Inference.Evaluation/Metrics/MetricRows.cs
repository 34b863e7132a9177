namespace Inference.Evaluation.Metrics;

/// <summary>Keeps the parts of each row that a metric needs, so that intervals can be computed over any subset.</summary>
internal abstract class MetricRows
{
    /// <summary>The number of rows.</summary>
    public abstract int Count { get; }

    /// <summary>Adds a row.</summary>
    public abstract void Add(in EvaluationRow row);

    /// <summary>Computes the metric over some rows, and the influence of each row.</summary>
    /// <param name="rows">The rows, from 0, each once.</param>
    public abstract RowInfluence Influence(ReadOnlySpan<int> rows);
}
