namespace Inference.Evaluation.Metrics;

/// <summary>A metric over all rows and over each slice. Merges like <see cref="MetricAccumulator"/>. Not thread-safe.</summary>
public sealed class SlicedMetric
{
    private readonly SortedDictionary<string, MetricAccumulator> _slices = new(StringComparer.Ordinal);

    /// <summary>Initializes an instance without rows.</summary>
    public SlicedMetric(Metric metric)
    {
        ArgumentNullException.ThrowIfNull(metric);
        Overall = metric.CreateAccumulator();
    }

    /// <summary>The metric over all rows.</summary>
    public MetricAccumulator Overall { get; }

    /// <summary>The metric over each slice, by name, in ordinal order.</summary>
    public IReadOnlyDictionary<string, MetricAccumulator> Slices => _slices;

    /// <summary>Adds a row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="slices">The slices that it belongs to, such as <c>sex=0</c>.</param>
    /// <exception cref="EvaluationException">As for <see cref="MetricAccumulator.Add"/>.</exception>
    public void Add(in EvaluationRow row, params ReadOnlySpan<string> slices)
    {
        Overall.Add(row);
        foreach (string slice in slices)
        {
            Slice(slice).Add(row);
        }
    }

    /// <summary>Adds the rows of another instance.</summary>
    /// <exception cref="EvaluationException">The metrics differ.</exception>
    public void Merge(SlicedMetric other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Overall.Merge(other.Overall);
        foreach ((string name, MetricAccumulator accumulator) in other._slices)
        {
            Slice(name).Merge(accumulator);
        }
    }

    /// <summary>Returns the slice with the worst value among those with at least <paramref name="minimumRows"/> rows; null if there is none.</summary>
    public (string Name, double Value)? GetWorst(long minimumRows = 1)
    {
        (string Name, double Value)? worst = null;
        foreach ((string name, MetricAccumulator accumulator) in _slices)
        {
            double value = accumulator.Value;
            if (accumulator.Rows >= minimumRows && !double.IsNaN(value) && (worst is null || (Overall.Metric.HigherIsBetter ? value < worst.Value.Value : value > worst.Value.Value)))
            {
                worst = (name, value);
            }
        }

        return worst;
    }

    private MetricAccumulator Slice(string name)
    {
        if (!_slices.TryGetValue(name, out MetricAccumulator? accumulator))
        {
            _slices[name] = accumulator = Overall.Metric.CreateAccumulator();
        }

        return accumulator;
    }
}
