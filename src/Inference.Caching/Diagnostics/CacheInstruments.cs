using System.Diagnostics.Metrics;
using Inference.Diagnostics;

namespace Inference.Caching.Diagnostics;

/// <summary>The instruments of caching; their meaning is documented in the README. Thread-safe.</summary>
internal sealed class CacheInstruments
{
    private static readonly Meter s_meter = new(InferenceDiagnostics.MeterName);
    private readonly Counter<long> _rows;
    private readonly UpDownCounter<long> _entries;
    private readonly UpDownCounter<long> _bytes;
    private readonly Counter<long> _removed;
    private readonly Counter<long> _second;
    private readonly Gauge<int> _on;
    private readonly KeyValuePair<string, object?> _model;
    private readonly KeyValuePair<string, object?> _version;
    private readonly KeyValuePair<string, object?> _cache;

    /// <summary>Creates the instruments on the factory's meter, or, without a factory, on a meter that all runners share.</summary>
    public CacheInstruments(string model, string version, string cache, IMeterFactory? factory = null)
    {
        Meter meter = factory?.Create(new MeterOptions(InferenceDiagnostics.MeterName)) ?? s_meter;
        _rows = meter.CreateCounter<long>("inference.cache.rows", "{row}", "Rows looked up, by result: hit, miss, shared (answered by another call's run), second_level.");
        _entries = meter.CreateUpDownCounter<long>("inference.cache.entries", "{row}", "Cached rows.");
        _bytes = meter.CreateUpDownCounter<long>("inference.cache.bytes", "By", "Size of the cached rows, including inputs and bookkeeping.");
        _removed = meter.CreateCounter<long>("inference.cache.removed", "{row}", "Rows removed, by reason: capacity, expired, replaced, erased.");
        _second = meter.CreateCounter<long>("inference.cache.second_level", "{operation}", "Operations on the second level, by result: hit, miss, error, refused, timeout, skipped, written, dropped.");
        _on = meter.CreateGauge<int>("inference.cache.on", "1", "0 while the cache is disabled because it does not pay, otherwise 1.");
        _model = new(InferenceDiagnostics.ModelTag, model);
        _version = new(InferenceDiagnostics.VersionTag, version);
        _cache = new("inference.cache", cache);
    }

    public void Rows(string result, long count)
    {
        if (_rows.Enabled && count > 0)
        {
            _rows.Add(count, _model, _version, _cache, new("inference.result", result));
        }
    }

    public void Held(int entries, long bytes)
    {
        if (entries != 0)
        {
            _entries.Add(entries, _model, _version, _cache);
            _bytes.Add(bytes, _model, _version, _cache);
        }
    }

    public void Removed(string reason, (int Entries, long Bytes) what)
    {
        Held(-what.Entries, -what.Bytes);
        if (what.Entries > 0)
        {
            _removed.Add(what.Entries, _model, _version, _cache, new("inference.reason", reason));
        }
    }

    public void SecondLevel(string result) => _second.Add(1, _model, _version, _cache, new("inference.result", result));

    public void On(bool on) => _on.Record(on ? 1 : 0, _model, _version, _cache);
}
