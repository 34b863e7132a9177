namespace Inference.Evaluation.Metrics;

/// <summary>A metric over all rows and over each slice of them. Merges as <see cref="MetricAccumulator"/> does. Not thread-safe.</summary>
public sealed class SlicedMetric
{
    private readonly SortedDictionary<string, MetricAccumulator> _slices = new(StringComparer.Ordinal);

    /// <summary>Makes an empty one.</summary>
    public SlicedMetric(Metric metric)
    {
        ArgumentNullException.ThrowIfNull(metric);
        Overall = metric.CreateAccumulator();
    }

    /// <summary>All rows.</summary>
    public MetricAccumulator Overall { get; }

    /// <summary>Each slice by name, in ordinal order.</summary>
    public IReadOnlyDictionary<string, MetricAccumulator> Slices => _slices;

    /// <summary>Adds a row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="slices">The slices it belongs to, such as <c>sex=0</c>.</param>
    /// <exception cref="EvaluationException">As <see cref="MetricAccumulator.Add"/>.</exception>
    public void Add(in EvaluationRow row, params ReadOnlySpan<string> slices)
    {
        Overall.Add(row);
        foreach (string slice in slices)
        {
            Slice(slice).Add(row);
        }
    }

    /// <summary>Adds another one's rows.</summary>
    /// <exception cref="EvaluationException">The metric is another.</exception>
    public void Merge(SlicedMetric other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Overall.Merge(other.Overall);
        foreach ((string name, MetricAccumulator accumulator) in other._slices)
        {
            Slice(name).Merge(accumulator);
        }
    }

    /// <summary>The slice with the worst value, of those with at least <paramref name="minimumRows"/> rows; null where there is none.</summary>
    public (string Name, double Value)? Worst(long minimumRows = 1)
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
