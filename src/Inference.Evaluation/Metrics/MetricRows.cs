namespace Inference.Evaluation.Metrics;

/// <summary>What a metric keeps of each row, so that intervals can be formed over any set of them.</summary>
internal abstract class MetricRows
{
    /// <summary>Rows added.</summary>
    public abstract int Count { get; }

    /// <summary>Adds a row.</summary>
    public abstract void Add(in EvaluationRow row);

    /// <summary>The metric of some rows and how each moves it.</summary>
    /// <param name="rows">Which, from 0, each once.</param>
    public abstract RowInfluence Influence(ReadOnlySpan<int> rows);
}
