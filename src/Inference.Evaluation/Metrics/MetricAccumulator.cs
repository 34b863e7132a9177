namespace Inference.Evaluation.Metrics;

/// <summary>Accumulates a metric over rows, or over shards that are merged: the value of n merged shards equals that of one pass over all rows, bit for bit, in any order. Not thread-safe.</summary>
public abstract class MetricAccumulator
{
    private protected MetricAccumulator(Metric metric) => Metric = metric;

    /// <summary>The metric.</summary>
    public Metric Metric { get; }

    /// <summary>The number of rows added with a weight above 0.</summary>
    public long Rows { get; private protected set; }

    /// <summary>The metric over the rows so far; NaN if it is undefined: no rows, or as documented for the metric.</summary>
    public abstract double Value { get; }

    /// <summary>Adds a row.</summary>
    /// <exception cref="EvaluationException">The row lacks a part that the metric needs, its lengths do not match, or its weight is negative or not finite.</exception>
    public void Add(in EvaluationRow row)
    {
        if (!(row.Weight >= 0 && double.IsFinite(row.Weight)))
        {
            throw new EvaluationException($"Metric '{Metric.Name}': expected a finite weight ≥ 0, got {row.Weight}. Correct the weights.");
        }

        if (row.Weight > 0)
        {
            AddCore(row);
            Rows++;
        }
    }

    /// <summary>Adds all rows of another accumulator of the same metric.</summary>
    /// <exception cref="EvaluationException">The other accumulator's metric has a different name.</exception>
    public void Merge(MetricAccumulator other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Metric.Name != Metric.Name)
        {
            throw new EvaluationException($"Metric '{Metric.Name}': expected an accumulator of the same metric, got '{other.Metric.Name}'. Merge accumulators of one metric.");
        }

        MergeCore(other);
        Rows += other.Rows;
    }

    /// <summary>Serializes the state. Equal rows give equal bytes, however they were distributed and ordered. <see cref="Metric.ReadAccumulator"/> reads it.</summary>
    public abstract byte[] ToBytes();

    private protected abstract void AddCore(in EvaluationRow row);

    private protected abstract void MergeCore(MetricAccumulator other);

    internal abstract void Read(ReadOnlySpan<byte> bytes);
}
