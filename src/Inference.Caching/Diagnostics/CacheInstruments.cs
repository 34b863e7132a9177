using System.Diagnostics.Metrics;
using Inference.Diagnostics;

namespace Inference.Caching.Diagnostics;

/// <summary>The instruments of caching; see the README for their meaning. Thread-safe.</summary>
internal sealed class CacheInstruments(ModelInfo info, string cache)
{
    private static readonly Meter s_meter = new(InferenceDiagnostics.MeterName);
    private static readonly Counter<long> s_rows = s_meter.CreateCounter<long>("inference.cache.rows", "{row}", "Rows looked up, by result: hit, miss, shared (answered by another call's run), second_level.");
    private static readonly UpDownCounter<long> s_entries = s_meter.CreateUpDownCounter<long>("inference.cache.entries", "{row}", "Rows held.");
    private static readonly UpDownCounter<long> s_bytes = s_meter.CreateUpDownCounter<long>("inference.cache.bytes", "By", "Bytes that the rows held take, inputs and bookkeeping included.");
    private static readonly Counter<long> s_removed = s_meter.CreateCounter<long>("inference.cache.removed", "{row}", "Rows let go, by reason: capacity, expired, replaced, erased.");
    private static readonly Counter<long> s_second = s_meter.CreateCounter<long>("inference.cache.second_level", "{operation}", "Operations of the second level, by result: hit, miss, error, timeout, skipped, written, dropped.");
    private static readonly Gauge<int> s_on = s_meter.CreateGauge<int>("inference.cache.on", "1", "0 while the cache is off because it does not pay, else 1.");

    private readonly KeyValuePair<string, object?> _model = new(InferenceDiagnostics.ModelTag, info.Name);
    private readonly KeyValuePair<string, object?> _cache = new("inference.cache", cache);

    public void Rows(string result, long count)
    {
        if (s_rows.Enabled && count > 0)
        {
            s_rows.Add(count, _model, _cache, new("inference.result", result));
        }
    }

    public void Held(int entries, long bytes)
    {
        if (entries != 0)
        {
            s_entries.Add(entries, _model, _cache);
            s_bytes.Add(bytes, _model, _cache);
        }
    }

    public void Removed(string reason, (int Entries, long Bytes) what)
    {
        Held(-what.Entries, -what.Bytes);
        if (what.Entries > 0)
        {
            s_removed.Add(what.Entries, _model, _cache, new("inference.reason", reason));
        }
    }

    public void SecondLevel(string result) => s_second.Add(1, _model, _cache, new("inference.result", result));

    public void On(bool on) => s_on.Record(on ? 1 : 0, _model, _cache);
}
