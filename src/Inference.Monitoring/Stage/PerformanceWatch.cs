using System.Globalization;
using Inference.Monitoring.Verdicts;
using Inference.Monitoring.Windows;

namespace Inference.Monitoring.Stage;

/// <summary>Estimates the metrics of a model from the last rows, and compares them with labels as these come. Adding labels is thread-safe; everything else is not.</summary>
/// <remarks>Rows with labels are judged in groups, each once: a group shows worse metrics though the relation of scores and labels is as it was with a probability of at most 1 ÷ <paramref name="runLength"/>.</remarks>
/// <param name="profile">The profile.</param>
/// <param name="runLength">The expected number of groups until a false finding.</param>
/// <param name="minimumRows">The rows of a group, at least.</param>
internal sealed class PerformanceWatch(ReferenceProfile profile, double runLength, int minimumRows)
{
    // The score from which on a binary classifier predicts the positive class.
    private const double Threshold = 0.5;

    private readonly Lock _lock = new();
    private readonly PerformanceModel _model = new(profile, Threshold, 1 - (1 / runLength));
    private readonly HeldWindow _held = new(profile.WindowLayout, minimumRows);
    private ObservedRows? _labelled;
    private PerformanceVerdict[] _estimates = [];
    private PerformanceVerdict[] _realized = [];
    private long _rows;

    /// <summary>The metrics; empty if the profile has no labels, or before enough rows.</summary>
    public IReadOnlyList<PerformanceSnapshot> Metrics =>
    [
        .. (_estimates.Length > 0 ? _estimates : _realized).Select(e => new PerformanceSnapshot(
            e.Metric, e.Reference, e.Estimated, e.Low, e.High, Array.Find(_realized, r => r.Metric == e.Metric)?.Realized ?? double.NaN, e.Reliability, _rows)),
    ];

    /// <summary>What is wrong; null for nothing.</summary>
    public RuleSnapshot? Finding { get; private set; }

    /// <summary>Adds rows with labels.</summary>
    /// <exception cref="MonitoringException">The number of labels is not that of the rows.</exception>
    public void AddLabels(NamedValues inputs, NamedValues? outputs, TensorValue labels)
    {
        lock (_lock)
        {
            (_labelled ??= new ObservedRows(profile)).Add(inputs, outputs, labels);
        }
    }

    /// <summary>Takes a finding for seen.</summary>
    public void Acknowledge() => Finding = null;

    /// <summary>Adds a bucket.</summary>
    public void Add(MonitoringWindow bucket)
    {
        if (_model.HasMetrics && _held.Add(bucket) is { } window)
        {
            _estimates = _model.Judge(window, null, out _);
            _rows = window.Rows;
        }

        ObservedRows? labelled = null;
        lock (_lock)
        {
            if (_labelled is not null && _labelled.Window.Rows >= minimumRows)
            {
                (labelled, _labelled) = (_labelled, null);
            }
        }

        if (labelled is not null && _model.HasMetrics)
        {
            _realized = _model.Judge(labelled.Window, labelled, out bool worse);
            Finding = worse ? new RuleSnapshot("performance", MonitoringState.Alarm, Describe()) : null;
        }
    }

    private string Describe()
    {
        PerformanceVerdict worst = _realized.MaxBy(static v => Math.Abs(v.Realized - v.Estimated) / Math.Max(v.High - v.Low, 1e-12))!;
        return string.Create(CultureInfo.InvariantCulture, $"labels show {worst.Metric} {worst.Realized:G4}, where scores promise {worst.Low:G4} to {worst.High:G4}");
    }
}
