namespace Inference.Evaluation.Metrics;

/// <summary>A measure of a model's quality. Immutable and thread-safe. <see cref="MetricCatalog"/> has them by name.</summary>
public abstract class Metric
{
    private protected Metric(string name, bool higherIsBetter, bool bounded, MetricNeeds needs)
    {
        Name = name;
        HigherIsBetter = higherIsBetter;
        IsBounded = bounded;
        Needs = needs;
    }

    /// <summary>Its name on the command line and in records.</summary>
    public string Name { get; }

    /// <summary>Whether greater is better.</summary>
    public bool HigherIsBetter { get; }

    /// <summary>Whether values lie between fixed ends, most often 0 and 1: a drop is then absolute, 0.01 being one point; else it is relative to the source model's value.</summary>
    public bool IsBounded { get; }

    /// <summary>What of a row it reads.</summary>
    public MetricNeeds Needs { get; }

    /// <summary>An empty accumulator.</summary>
    public abstract MetricAccumulator CreateAccumulator();

    /// <summary>How much worse the second value is: absolute for bounded metrics, else ÷ |source|; negative where it is better. NaN where a value is NaN; +∞ where the source's value is 0, the metric is unbounded and the
    /// candidate is worse (0 where it is equal).</summary>
    /// <param name="source">The source model's value.</param>
    /// <param name="candidate">The other model's value.</param>
    public double Drop(double source, double candidate)
    {
        double worse = HigherIsBetter ? source - candidate : candidate - source;
        return IsBounded || worse == 0 ? worse : worse / Math.Abs(source);
    }

    /// <summary>An accumulator as <see cref="MetricAccumulator.ToBytes"/> wrote it.</summary>
    /// <exception cref="EvaluationException">The bytes were written by another metric or are damaged.</exception>
    public MetricAccumulator ReadAccumulator(ReadOnlySpan<byte> bytes)
    {
        MetricAccumulator accumulator = CreateAccumulator();
        accumulator.Read(bytes);
        return accumulator;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>A recorder that keeps of each row what the metric needs, for intervals.</summary>
    internal abstract MetricRows CreateRows();
}
