namespace Inference.Evaluation.Metrics;

/// <summary>A metric over rows that come one by one, or over shards that are merged: the value of n merged shards equals one pass over all rows, bit for bit, in any order. Not thread-safe.</summary>
public abstract class MetricAccumulator
{
    private protected MetricAccumulator(Metric metric) => Metric = metric;

    /// <summary>What is measured.</summary>
    public Metric Metric { get; }

    /// <summary>Rows of weight above 0 that were added.</summary>
    public long Rows { get; private protected set; }

    /// <summary>The metric of the rows so far; NaN where it is not defined: no row, or what the metric's page says.</summary>
    public abstract double Value { get; }

    /// <summary>Adds a row.</summary>
    /// <exception cref="EvaluationException">The row lacks what the metric needs, its lengths do not fit, or its weight is negative or not finite.</exception>
    public void Add(in EvaluationRow row)
    {
        if (!(row.Weight >= 0 && double.IsFinite(row.Weight)))
        {
            throw new EvaluationException($"Metric '{Metric.Name}': expected a weight that is finite and ≥ 0, got {row.Weight}. Repair the weights.");
        }

        if (row.Weight > 0)
        {
            AddCore(row);
            Rows++;
        }
    }

    /// <summary>Adds all rows of another accumulator of an equal metric.</summary>
    /// <exception cref="EvaluationException">The other one's metric has another name.</exception>
    public void Merge(MetricAccumulator other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Metric.Name != Metric.Name)
        {
            throw new EvaluationException($"Metric '{Metric.Name}': expected evidence of the same metric, got '{other.Metric.Name}'. Merge accumulators of one metric.");
        }

        MergeCore(other);
        Rows += other.Rows;
    }

    /// <summary>The state: equal rows, however they were spread and ordered, give equal bytes. <see cref="Metric.ReadAccumulator"/> reads it.</summary>
    public abstract byte[] ToBytes();

    private protected abstract void AddCore(in EvaluationRow row);

    private protected abstract void MergeCore(MetricAccumulator other);

    internal abstract void Read(ReadOnlySpan<byte> bytes);
}
