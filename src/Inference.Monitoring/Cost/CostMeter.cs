using System.Diagnostics.Metrics;
using Inference.Diagnostics;
using Inference.Status;

namespace Inference.Monitoring.Cost;

/// <summary>Adds up what the runs of one version took. Thread-safe.</summary>
internal sealed class CostMeter : ICostStatus
{
    private static readonly Meter s_meter = new(InferenceDiagnostics.MeterName);

    private readonly ModelInfo _info;
    private readonly Func<CostOptions> _options;
    private readonly Func<TimeSpan> _process;
    private readonly TimeSpan _processThen;
    private readonly Counter<double> _cpu;
    private readonly Counter<double> _money;
    private readonly Counter<long> _predictions;
    private readonly KeyValuePair<string, object?> _model;
    private readonly KeyValuePair<string, object?> _version;
    private long _turn;
    private long _runs;
    private long _rows;
    private long _unmeasured;
    private long _measured;
    private long _nanoseconds;

    /// <param name="info">The version.</param>
    /// <param name="options">The options at present.</param>
    /// <param name="factory">Creates the meter; null for one that all runners share.</param>
    /// <param name="process">The processor time of the process; null for the real one.</param>
    public CostMeter(ModelInfo info, Func<CostOptions> options, IMeterFactory? factory, Func<TimeSpan>? process = null)
    {
        _info = info;
        _options = options;
        _process = process ?? (static () => Environment.CpuUsage.TotalTime);
        _processThen = _process();
        Meter meter = factory?.Create(new MeterOptions(InferenceDiagnostics.MeterName)) ?? s_meter;
        _cpu = meter.CreateCounter<double>("inference.cost.cpu", "s", "Processor time of the model's runs on the threads that call it, extrapolated from the runs that are measured.");
        _money = meter.CreateCounter<double>("inference.cost.money", "1", "The same in money, by the stated price of a core-hour.");
        _predictions = meter.CreateCounter<long>("inference.cost.predictions", "{prediction}", "Predictions of the model's runs.");
        _model = new(InferenceDiagnostics.ModelTag, info.Name);
        _version = new(InferenceDiagnostics.VersionTag, info.Version);
    }

    public CostSnapshot Snapshot => new()
    {
        ModelName = _info.Name,
        ModelVersion = _info.Version,
        Runs = Interlocked.Read(ref _runs),
        Predictions = Interlocked.Read(ref _rows),
        MeasuredPredictions = Interlocked.Read(ref _measured),
        MeasuredCpuSeconds = Interlocked.Read(ref _nanoseconds) * 1e-9,
        UnmeasuredPredictions = Interlocked.Read(ref _unmeasured),
        PricePerCoreHour = _options().PricePerCoreHour,
        ProcessCpuSeconds = (_process() - _processThen).TotalSeconds,
    };

    /// <summary>Begins a run.</summary>
    /// <returns>The thread's processor time if the run is measured, otherwise −1.</returns>
    public long Begin() => Interlocked.Increment(ref _turn) % _options().Every == 0 ? ThreadCpuClock.Now() : -1;

    /// <summary>Ends a run on the thread that began it.</summary>
    /// <param name="rows">Its predictions.</param>
    /// <param name="begun">What <see cref="Begin"/> returned.</param>
    public void End(int rows, long begun)
    {
        Count(rows);
        if (begun < 0)
        {
            return;
        }

        long nanoseconds = Math.Max(ThreadCpuClock.Now() - begun, 0);
        CostOptions options = _options();
        Interlocked.Add(ref _measured, rows);
        Interlocked.Add(ref _nanoseconds, nanoseconds);
        double seconds = nanoseconds * 1e-9 * options.Every;
        _cpu.Add(seconds, _model, _version);
        if (options.PricePerCoreHour is { } price)
        {
            _money.Add(seconds / 3_600 * price, _model, _version);
        }
    }

    /// <summary>Counts a run that goes on elsewhere.</summary>
    public void Leave(int rows)
    {
        Count(rows);
        Interlocked.Add(ref _unmeasured, rows);
    }

    private void Count(int rows)
    {
        Interlocked.Increment(ref _runs);
        Interlocked.Add(ref _rows, rows);
        _predictions.Add(rows, _model, _version);
    }
}
