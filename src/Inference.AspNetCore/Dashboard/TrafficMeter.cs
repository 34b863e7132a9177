using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Inference.Diagnostics;
using Inference.Status;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Inference.AspNetCore.Dashboard;

/// <summary>Measures the calls of all models from the instrument <see cref="InferenceDiagnostics.RunDuration"/>, so that whatever reports it is seen. Thread-safe.</summary>
internal sealed class TrafficMeter : IDisposable
{
    // More than a server has; a program that puts something else into the version's tag costs no memory beyond that.
    private const int MaxWindows = 4096;

    // Slots are numbered from above 0, which stands for one that was not used.
    private const long Origin = 10L * TrafficWindow.SlotMilliseconds;

    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, TrafficWindow>> _models = new(StringComparer.Ordinal);
    private readonly TimeProvider _clock;
    private readonly long _start;
    private readonly IMeterFactory? _factory;
    private readonly MeterListener? _listener;
    private int _windows;

    public TrafficMeter(TimeProvider clock, IOptions<DashboardOptions> options, IServiceProvider services)
    {
        _clock = clock;
        _start = clock.GetTimestamp();
        _factory = services.GetService<IMeterFactory>();
        if (options.Value.MeasureTraffic)
        {
            _listener = new MeterListener { InstrumentPublished = Consider };
            _listener.SetMeasurementEventCallback<double>(Count);
            _listener.Start();
        }
    }

    /// <summary>Returns the calls of a model by version.</summary>
    public List<VersionTraffic> Read(string model)
    {
        var versions = new List<VersionTraffic>();
        long now = Now();
        if (!_models.TryGetValue(model, out ConcurrentDictionary<string, TrafficWindow>? windows))
        {
            return versions;
        }

        foreach (KeyValuePair<string, TrafficWindow> window in windows)
        {
            TrafficSummary summary = window.Value.Read(now, Origin);
            bool any = summary.Calls > 0;
            versions.Add(new VersionTraffic
            {
                Version = window.Key,
                Calls = window.Value.Calls,
                Failed = window.Value.Failed,
                CallsPerSecond = summary.CallsPerSecond,
                FailedPerSecond = summary.FailedPerSecond,
                P50 = any ? TimeSpan.FromSeconds(summary.P50) : null,
                P95 = any ? TimeSpan.FromSeconds(summary.P95) : null,
                P99 = any ? TimeSpan.FromSeconds(summary.P99) : null,
                Mean = any ? TimeSpan.FromSeconds(summary.Mean) : null,
            });
        }

        return versions;
    }

    public void Dispose() => _listener?.Dispose();

    // Meters of other hosts in this process belong to their factories.
    private void Consider(Instrument instrument, MeterListener listener)
    {
        if (instrument.Meter.Name == InferenceDiagnostics.MeterName && instrument.Name == InferenceDiagnostics.RunDuration && (instrument.Meter.Scope is null || instrument.Meter.Scope == _factory))
        {
            listener.EnableMeasurementEvents(instrument);
        }
    }

    private void Count(Instrument instrument, double seconds, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        string model = "", version = "", outcome = "ok";
        foreach (KeyValuePair<string, object?> tag in tags)
        {
            switch (tag.Key)
            {
                case InferenceDiagnostics.ModelTag:
                    model = tag.Value as string ?? "";
                    break;
                case InferenceDiagnostics.VersionTag:
                    version = tag.Value as string ?? "";
                    break;
                case InferenceDiagnostics.OutcomeTag:
                    outcome = tag.Value as string ?? "ok";
                    break;
            }
        }

        Find(model, version)?.Add(seconds, outcome is "error" or "deadline" or "shed", Now());
    }

    private TrafficWindow? Find(string model, string version)
    {
        if (_models.TryGetValue(model, out ConcurrentDictionary<string, TrafficWindow>? windows) && windows.TryGetValue(version, out TrafficWindow? window))
        {
            return window;
        }

        return Interlocked.Increment(ref _windows) > MaxWindows && Interlocked.Decrement(ref _windows) > 0
            ? null
            : _models.GetOrAdd(model, static _ => new(StringComparer.Ordinal)).GetOrAdd(version, static _ => new TrafficWindow());
    }

    private long Now() => (long)_clock.GetElapsedTime(_start).TotalMilliseconds + Origin;
}
