using Inference.Evaluation.Metrics;
using Inference.Feedback;
using Inference.Monitoring.Verdicts;

namespace Inference.Monitoring.Retraining;

/// <summary>Reads what is known of a model from the stages inside. Not thread-safe.</summary>
internal sealed class RetrainingSource
{
    // Without labels, the rows since the drift was seen are judged, of some hours at least: their counts are kept by the minute, then by the hour.
    private static readonly TimeSpan s_shortest = TimeSpan.FromHours(6);

    // The score from which on the positive class is predicted, as in other judgements without options.
    private const double Threshold = 0.5;

    // References of versions that are long gone are forgotten beyond this number.
    private const int MostReferences = 64;

    private ReferenceProfile? _profile;
    private PerformanceModel? _model;

    /// <summary>Reads the signals, and remembers the first values of metrics as references.</summary>
    public (RetrainingSignals Signals, RetrainingMemory Memory) Read(IModelRunner runner, RetrainingOptions options, RetrainingMemory memory, DateTimeOffset now)
    {
        MonitoringSnapshot? monitoring = runner.GetService<IModelMonitor>()?.Snapshot;
        List<PerformanceReading> readings = [];
        if (options.OnDrift && (memory.ProposedAt is not null || monitoring?.State == MonitoringState.Alarm) && runner.GetService<ModelMonitor>() is { } monitor)
        {
            DateTimeOffset since = memory.ProposedAt < now - s_shortest ? memory.ProposedAt.Value : now - s_shortest;
            readings.AddRange(Estimate(monitor, options, since, now));
        }

        string version = runner.Info.Version;
        foreach (RealizedMetric metric in runner.GetService<IFeedbackStatus>()?.Snapshot.Performance ?? [])
        {
            // Few labels, or a value without an interval, prove nothing, unless the metric is asked for by name.
            bool isKnown = metric.Rows >= Math.Max(options.MinimumLabels, 1) && (metric.Name == options.Metric || !double.IsNaN(IsHigherBetter(metric.Name) ? metric.High : metric.Low));
            if (metric.Segment is not null || metric.SegmentColumn is not null || metric.ModelVersion != version || double.IsNaN(metric.Value) || !isKnown)
            {
                continue;
            }

            string key = $"{version}/{metric.Name}";
            if (!memory.References.ContainsKey(key))
            {
                memory = memory with { References = memory.References.Append(new(key, metric.Value)).TakeLast(MostReferences).ToDictionary(StringComparer.Ordinal) };
            }

            double reference = options.Reference ?? memory.References.GetValueOrDefault(key, double.NaN);
            readings.Add(new PerformanceReading(metric.Name, IsHigherBetter(metric.Name), reference, metric.Value, metric.Low, metric.High, IsRealized: true));
        }

        return (new RetrainingSignals(monitoring?.State ?? MonitoringState.Unavailable, monitoring?.Description ?? "", readings), memory);
    }

    private IEnumerable<PerformanceReading> Estimate(ModelMonitor monitor, RetrainingOptions options, DateTimeOffset since, DateTimeOffset now)
    {
        if (monitor.Profile is not { } profile || monitor.Read(since, now + TimeSpan.FromTicks(1)) is not { Rows: > 0 } window)
        {
            return [];
        }

        if (_profile != profile)
        {
            (_profile, _model) = (profile, new PerformanceModel(profile, Threshold));
        }

        return _model!.Judge(window, null, out _).Select(v => new PerformanceReading(v.Metric, IsHigherBetter(v.Metric), options.Reference ?? v.Reference, v.Estimated, v.Low, v.High, IsRealized: false));
    }

    private static bool IsHigherBetter(string metric)
    {
        try
        {
            return MetricCatalog.Parse(metric).HigherIsBetter;
        }
        catch (InferenceException)
        {
            return true;
        }
    }
}
