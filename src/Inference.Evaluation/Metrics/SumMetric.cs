namespace Inference.Evaluation.Metrics;

/// <summary>A metric that is a function of sums over rows: value = g(Σ wᵢ·u(rowᵢ)).</summary>
internal abstract class SumMetric(string name, bool higherIsBetter, bool bounded, MetricNeeds needs) : Metric(name, higherIsBetter, bounded, needs)
{
    public sealed override MetricAccumulator CreateAccumulator() => new SumAccumulator(this);

    internal sealed override MetricRows CreateRows() => new SumRows(this);

    /// <summary>u(row): what it adds to which sum.</summary>
    /// <exception cref="EvaluationException">The row lacks what is needed.</exception>
    public abstract void Describe(in EvaluationRow row, RowTerms terms);

    /// <summary>g. There may be fewer sums than rows could add to: what is not there is 0.</summary>
    public abstract double Evaluate(SumView sums);

    /// <summary>Pairs of rows, the best and the worst that a model can answer, for the support of what one unseen row could do; none where it is not bounded.</summary>
    public virtual IEnumerable<(RowTerms Best, RowTerms Worst)> Extremes(SumView sums) => [];

    protected EvaluationException Wrong(string expected, string got) => new($"Metric '{Name}': expected {expected}, got {got}. Choose a metric that fits what the model answers, or name another output.");
}
