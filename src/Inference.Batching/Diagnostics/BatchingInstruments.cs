using System.Diagnostics.Metrics;
using Inference.Diagnostics;

namespace Inference.Batching.Diagnostics;

/// <summary>The instruments of batching; see the README for their meaning. Thread-safe.</summary>
internal sealed class BatchingInstruments(ModelInfo info)
{
    private static readonly Meter s_meter = new(InferenceDiagnostics.MeterName);
    private static readonly Histogram<int> s_rows = s_meter.CreateHistogram<int>("inference.batch.rows", "{row}", "Rows of each batch that was formed, calls run at once included.");
    private static readonly Histogram<double> s_wait = s_meter.CreateHistogram<double>("inference.batch.wait", "s", "Time from a call's arrival to the forming of its batch.");
    private static readonly UpDownCounter<int> s_queued = s_meter.CreateUpDownCounter<int>("inference.batch.queued", "{row}", "Rows that queue.");
    private static readonly Counter<int> s_unserved = s_meter.CreateCounter<int>("inference.batch.unserved", "{call}", "Calls that left the queue without having run, by reason.");
    private static readonly Counter<int> s_bisections = s_meter.CreateCounter<int>("inference.batch.bisections", "{batch}", "Failed batches that were run again in halves.");
    private static readonly Gauge<int> s_aside = s_meter.CreateGauge<int>("inference.batch.aside", "1", "1 while batching is left out because it does not pay, else 0.");
    private static readonly Gauge<double> s_gain = s_meter.CreateGauge<double>("inference.batch.gain", "1", "Time per row without batching ÷ with it, as last measured.");

    private readonly KeyValuePair<string, object?> _model = new(InferenceDiagnostics.ModelTag, info.Name);
    private readonly KeyValuePair<string, object?> _version = new(InferenceDiagnostics.VersionTag, info.Version);

    public void Formed(int rows) => s_rows.Record(rows, _model, _version);

    public void Queued(int rows) => s_queued.Add(rows, _model, _version);

    public void Waited(TimeSpan time) => s_wait.Record(time.TotalSeconds, _model, _version);

    public void Unserved(string reason) => s_unserved.Add(1, _model, _version, new("inference.reason", reason));

    public void Bisected() => s_bisections.Add(1, _model, _version);

    public void Aside(bool aside, double gain)
    {
        s_aside.Record(aside ? 1 : 0, _model, _version);
        s_gain.Record(gain, _model, _version);
    }
}
