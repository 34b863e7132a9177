using System.Diagnostics.Metrics;
using Inference.Diagnostics;
using Inference.Feedback;

namespace Inference.Monitoring.Feedback;

/// <summary>The instruments of feedback; their meaning is documented in the README. Thread-safe.</summary>
internal sealed class FeedbackInstruments
{
    private static readonly Meter s_meter = new(InferenceDiagnostics.MeterName);
    private readonly Counter<long> _predictions;
    private readonly Counter<long> _reports;
    private readonly Histogram<double> _delay;
    private readonly Gauge<long> _queue;
    private readonly Gauge<int> _store;
    private readonly Gauge<double> _metric;
    private readonly KeyValuePair<string, object?> _model;

    /// <summary>Creates the instruments on the factory's meter, or, without a factory, on a meter that all runners share.</summary>
    public FeedbackInstruments(string model, IMeterFactory? factory)
    {
        Meter meter = factory?.Create(new MeterOptions(InferenceDiagnostics.MeterName)) ?? s_meter;
        _predictions = meter.CreateCounter<long>("inference.feedback.predictions", "{call}", "Calls by result: kept, dropped (queue full), error (could not be read).");
        _reports = meter.CreateCounter<long>("inference.feedback.reports", "{report}", "Reports by answer; a queued one is counted again when it is written.");
        _delay = meter.CreateHistogram<double>("inference.feedback.delay", "s", "Time from a prediction to its first report.");
        _queue = meter.CreateGauge<long>("inference.feedback.queue", "{report}", "Reports that wait for the store.");
        _store = meter.CreateGauge<int>("inference.feedback.store", "1", "Whether the store takes writes: 1 yes, 0 no.");
        _metric = meter.CreateGauge<double>("inference.feedback.metric", "1", "Metric computed from labels, of all rows of a version.");
        _model = new(InferenceDiagnostics.ModelTag, model);
    }

    public void Predictions(string result, int count) => _predictions.Add(count, _model, new("inference.result", result));

    public void Reports(FeedbackAnswer answer, int count) => _reports.Add(count, _model, new("inference.result", answer switch
    {
        FeedbackAnswer.Accepted => "accepted",
        FeedbackAnswer.Duplicate => "duplicate",
        FeedbackAnswer.NotSampled => "not_sampled",
        FeedbackAnswer.Unknown => "unknown",
        FeedbackAnswer.Expired => "expired",
        FeedbackAnswer.Queued => "queued",
        FeedbackAnswer.Dropped => "dropped",
        _ => "invalid",
    }));

    public void Delay(TimeSpan delay) => _delay.Record(delay.TotalSeconds, _model);

    public void Queue(long reports) => _queue.Record(reports, _model);

    public void Store(bool available) => _store.Record(available ? 1 : 0, _model);

    public void Metric(RealizedMetric metric) => _metric.Record(metric.Value, _model, new(InferenceDiagnostics.VersionTag, metric.ModelVersion), new("inference.metric", metric.Name));
}
