using System.Diagnostics.Metrics;
using Inference.Diagnostics;

namespace Inference.Batching.Diagnostics;

/// <summary>The instruments of batching; their meaning is documented in the README. Thread-safe.</summary>
internal sealed class BatchingInstruments
{
    // Powers of two: kernels and MaxRows go by them.
    private static readonly int[] s_rowBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096];

    private static readonly Meter s_meter = new(InferenceDiagnostics.MeterName);
    private readonly Histogram<int> _rows;
    private readonly Histogram<double> _wait;
    private readonly UpDownCounter<int> _queued;
    private readonly Counter<int> _unserved;
    private readonly Counter<int> _bisections;
    private readonly Gauge<int> _aside;
    private readonly Gauge<double> _gain;
    private readonly KeyValuePair<string, object?> _model;
    private readonly KeyValuePair<string, object?> _version;

    /// <summary>Creates the instruments on the factory's meter, or, without a factory, on a meter that all runners share.</summary>
    public BatchingInstruments(string model, string version, IMeterFactory? factory)
    {
        Meter meter = factory?.Create(new MeterOptions(InferenceDiagnostics.MeterName)) ?? s_meter;
        _rows = meter.CreateHistogram<int>("inference.batch.rows", "{row}", "Rows of each batch formed, including calls that ran immediately.", tags: null, new InstrumentAdvice<int> { HistogramBucketBoundaries = s_rowBoundaries });
        _wait = meter.CreateHistogram<double>("inference.batch.wait", "s", "Time from a call's arrival until its batch was formed.", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = InferenceDiagnostics.DurationBoundaries });
        _queued = meter.CreateUpDownCounter<int>("inference.batch.queued", "{row}", "Queued rows.");
        _unserved = meter.CreateCounter<int>("inference.batch.unserved", "{call}", "Calls that left the queue without running, by reason.");
        _bisections = meter.CreateCounter<int>("inference.batch.bisections", "{batch}", "Failed batches that were run again in halves.");
        _aside = meter.CreateGauge<int>("inference.batch.aside", "1", "1 while batching is bypassed because it does not pay, otherwise 0.");
        _gain = meter.CreateGauge<double>("inference.batch.gain", "1", "Time per row without batching ÷ with it, as last measured.");
        _model = new(InferenceDiagnostics.ModelTag, model);
        _version = new(InferenceDiagnostics.VersionTag, version);
    }

    public void Formed(int rows) => _rows.Record(rows, _model, _version);

    public void Queued(int rows) => _queued.Add(rows, _model, _version);

    public void Waited(TimeSpan time) => _wait.Record(time.TotalSeconds, _model, _version);

    public void Unserved(string reason) => _unserved.Add(1, _model, _version, new("inference.reason", reason));

    public void Bisected() => _bisections.Add(1, _model, _version);

    public void Aside(bool aside, double gain)
    {
        _aside.Record(aside ? 1 : 0, _model, _version);
        _gain.Record(gain, _model, _version);
    }
}
