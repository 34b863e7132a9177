namespace Inference.Evaluation.Metrics;

/// <summary>A measure of a model's quality. Immutable and thread-safe. <see cref="MetricCatalog"/> lists the metrics by name.</summary>
public abstract class Metric
{
    private protected Metric(string name, bool higherIsBetter, bool bounded, MetricNeeds needs)
    {
        Name = name;
        HigherIsBetter = higherIsBetter;
        IsBounded = bounded;
        Needs = needs;
    }

    /// <summary>The name on the command line and in records.</summary>
    public string Name { get; }

    /// <summary>Whether a higher value is better.</summary>
    public bool HigherIsBetter { get; }

    /// <summary>Whether values lie between fixed ends, usually 0 and 1: the drop is then absolute (0.01 is one percentage point); otherwise it is relative to the source model's value.</summary>
    public bool IsBounded { get; }

    /// <summary>The parts of a row that the metric reads.</summary>
    public MetricNeeds Needs { get; }

    /// <summary>Creates an empty accumulator.</summary>
    public abstract MetricAccumulator CreateAccumulator();

    /// <summary>Computes how much worse the candidate's value is: absolute for bounded metrics, otherwise ÷ |source|; negative if it is better. NaN if a value is NaN; +∞ if the source's value is 0, the metric is unbounded and the
    /// candidate is worse (0 if it is equal).</summary>
    /// <param name="source">The source model's value.</param>
    /// <param name="candidate">The candidate's value.</param>
    public double Drop(double source, double candidate)
    {
        double worse = HigherIsBetter ? source - candidate : candidate - source;
        return IsBounded || worse == 0 ? worse : worse / Math.Abs(source);
    }

    /// <summary>Reads an accumulator written by <see cref="MetricAccumulator.ToBytes"/>.</summary>
    /// <exception cref="EvaluationException">The bytes were written by another metric or are damaged.</exception>
    public MetricAccumulator ReadAccumulator(ReadOnlySpan<byte> bytes)
    {
        MetricAccumulator accumulator = CreateAccumulator();
        accumulator.Read(bytes);
        return accumulator;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>Creates a recorder that keeps the parts of each row that the metric needs, for intervals.</summary>
    internal abstract MetricRows CreateRows();
}
