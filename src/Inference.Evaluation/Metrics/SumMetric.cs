namespace Inference.Evaluation.Metrics;

/// <summary>A metric that is a function of sums over rows: value = g(Σ wᵢ·u(rowᵢ)).</summary>
internal abstract class SumMetric(string name, bool higherIsBetter, bool bounded, MetricNeeds needs) : Metric(name, higherIsBetter, bounded, needs)
{
    public sealed override MetricAccumulator CreateAccumulator() => new SumAccumulator(this);

    internal sealed override MetricRows CreateRows() => new SumRows(this);

    /// <summary>u(row): the terms that a row adds to the sums.</summary>
    /// <exception cref="EvaluationException">The row lacks a part that is needed.</exception>
    public abstract void Describe(in EvaluationRow row, RowTerms terms);

    /// <summary>g. The view may hold fewer sums than rows can add to; missing sums are 0.</summary>
    public abstract double Evaluate(SumView sums);

    /// <summary>Pairs of rows with the best and the worst possible prediction, which bound the effect of one unseen row; empty if it is unbounded.</summary>
    public virtual IEnumerable<(RowTerms Best, RowTerms Worst)> Extremes(SumView sums) => [];

    protected EvaluationException Wrong(string expected, string got) => new($"Metric '{Name}': expected {expected}, got {got}. Choose a metric that fits the model's outputs, or name another output.");
}
