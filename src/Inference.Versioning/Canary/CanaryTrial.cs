using System.Globalization;
using Inference.Status;
using Inference.Versioning.Leasing;

namespace Inference.Versioning.Canary;

/// <summary>
/// A canary on trial: counts outcomes of both arms and stops at once when the evidence that the canary is worse reaches its limit. Errors, latency and the
/// user's metric are tested each by <see cref="TwoArmEvidence"/>; their weighted mean is an e-value too, so that one limit bounds false alarms of all three together.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class CanaryTrial
{
    private readonly Lock _lock = new();
    private readonly TwoArmEvidence _errors;
    private readonly TwoArmEvidence _latency = new();
    private readonly TwoArmEvidence _metric = new();
    private readonly LatencyGauge _gauge;
    private readonly Action<CanaryTrial, string> _onAlarm;
    private readonly Action<CanaryTrial> _onPassed;
    private readonly Action<double>? _onEvidence;
    private readonly CanaryOptions _options;
    private double _percent;
    private long _calls;
    private long _failed;
    private long _controlCalls;
    private long _controlFailed;
    private bool _stopped;
    private bool _passed;

    /// <param name="slot">The canary.</param>
    /// <param name="options">Limits.</param>
    /// <param name="percent">Its share, percent.</param>
    /// <param name="salt">Salt of the routing hash.</param>
    /// <param name="onAlarm">Called once, outside locks, when the canary is to be rolled back, with the reason. No call goes to the canary any more by then.</param>
    /// <param name="onPassed">Called once when <see cref="CanaryOptions.PromoteAfterCalls"/> is reached.</param>
    /// <param name="onEvidence">Called with log10 of the e-value when it changed.</param>
    public CanaryTrial(VersionSlot slot, CanaryOptions options, double percent, string salt, Action<CanaryTrial, string> onAlarm, Action<CanaryTrial> onPassed, Action<double>? onEvidence = null)
    {
        Slot = slot;
        _options = options;
        _percent = percent;
        Salt = salt;
        _onAlarm = onAlarm;
        _onPassed = onPassed;
        _onEvidence = onEvidence;
        _errors = new TwoArmEvidence(options.ErrorTolerance);
        _gauge = new LatencyGauge(options.LatencyQuantile);
    }

    public VersionSlot Slot { get; }

    public string Salt { get; }

    public CanaryOptions Options => _options;

    public double Percent
    {
        get => Volatile.Read(ref _percent);
        set => Volatile.Write(ref _percent, value);
    }

    /// <summary>Whether calls stay away from the canary.</summary>
    public bool IsStopped => Volatile.Read(ref _stopped);

    /// <summary>Ends the trial without alarm.</summary>
    public void Stop() => Volatile.Write(ref _stopped, true);

    /// <summary>Counts a call of either arm.</summary>
    /// <param name="isCanary">Which arm.</param>
    /// <param name="failed">Whether it failed; null where that says nothing of the version (invalid inputs, cancelled).</param>
    /// <param name="seconds">How long it took, or ran until it was cancelled; negative where unknown.</param>
    public void Observe(bool isCanary, bool? failed, double seconds)
    {
        string? alarm;
        bool passed;
        double? evidence;
        lock (_lock)
        {
            if (_stopped)
            {
                return;
            }

            Count(isCanary, failed);
            bool changed = failed is { } f && _errors.Add(isCanary, f ? 1 : 0);
            changed |= seconds >= 0 && failed is not true && AddLatency(isCanary, seconds);
            (alarm, passed, evidence) = Judge(changed);
        }

        Tell(alarm, passed, evidence);
    }

    /// <summary>Counts a value of the user's metric.</summary>
    public void ObserveMetric(bool isCanary, double value)
    {
        string? alarm;
        bool passed;
        double? evidence;
        double loss = Math.Clamp((_options.BestMetric - value) / (_options.BestMetric - _options.WorstMetric), 0, 1);
        lock (_lock)
        {
            if (_stopped || double.IsNaN(loss))
            {
                return;
            }

            (alarm, passed, evidence) = Judge(_metric.Add(isCanary, loss));
        }

        Tell(alarm, passed, evidence);
    }

    public CanaryStatus Snapshot()
    {
        lock (_lock)
        {
            return new CanaryStatus
            {
                Version = Slot.Version,
                Percent = Percent,
                Calls = _calls,
                Errors = _failed,
                ControlCalls = _controlCalls,
                ControlErrors = _controlFailed,
                ErrorEvidence = Math.Exp(_errors.LogValue),
                LatencyEvidence = Math.Exp(_latency.LogValue),
                MetricEvidence = Math.Exp(_metric.LogValue),
                Evidence = Math.Exp(LogEvidence()),
                Limit = 1 / _options.FalseAlarmProbability,
            };
        }
    }

    private void Count(bool isCanary, bool? failed)
    {
        int fault = failed is true ? 1 : 0;
        if (isCanary)
        {
            _calls++;
            _failed += fault;
        }
        else
        {
            _controlCalls++;
            _controlFailed += fault;
        }
    }

    private bool AddLatency(bool isCanary, double seconds)
    {
        if (!_options.CompareLatency || (isCanary && _calls <= _options.LatencyWarmupCalls))
        {
            return false;
        }

        bool changed = _gauge.IsReady && _latency.Add(isCanary, seconds > _gauge.Bound * (isCanary ? _options.LatencyTolerance : 1) ? 1 : 0);
        if (!isCanary)
        {
            _gauge.Add(seconds);
        }

        if (changed || !_gauge.IsReady)
        {
            _gauge.Update();
        }

        return changed;
    }

    // Weights sum to 1 and are fixed before the first call.
    private double LogEvidence()
    {
        double latency = _options.CompareLatency ? 0.25 : 0;
        double largest = Math.Max(_errors.LogValue, Math.Max(_latency.LogValue, _metric.LogValue));
        return largest + Math.Log(
            ((0.75 - latency) * Math.Exp(_errors.LogValue - largest))
            + (latency * Math.Exp(_latency.LogValue - largest))
            + (0.25 * Math.Exp(_metric.LogValue - largest)));
    }

    private (string? Alarm, bool Passed, double? Evidence) Judge(bool changed)
    {
        string? alarm = null;
        double? evidence = null;
        if (changed)
        {
            double log = LogEvidence();
            evidence = log / Math.Log(10);
            if (_options.AutomaticRollback && log >= -Math.Log(_options.FalseAlarmProbability))
            {
                _stopped = true;
                alarm = Describe();
            }
        }

        bool passed = !_stopped && !_passed && _calls >= _options.PromoteAfterCalls;
        _passed |= passed;
        return (alarm, passed, evidence);
    }

    private void Tell(string? alarm, bool passed, double? evidence)
    {
        if (evidence is { } value)
        {
            _onEvidence?.Invoke(value);
        }

        if (alarm is not null)
        {
            _onAlarm(this, alarm);
        }
        else if (passed)
        {
            _onPassed(this);
        }
    }

    private string Describe()
    {
        string worst = _errors.LogValue >= _latency.LogValue && _errors.LogValue >= _metric.LogValue ? "errors"
            : _latency.LogValue >= _metric.LogValue ? "latency" : "metric";
        return string.Create(CultureInfo.InvariantCulture,
            $"{worst}: {_failed} of {_calls} canary calls failed against {_controlFailed} of {_controlCalls} on the default; e-values: errors {Math.Exp(_errors.LogValue):G3}, latency {Math.Exp(_latency.LogValue):G3}, metric {Math.Exp(_metric.LogValue):G3}; limit {1 / _options.FalseAlarmProbability:G4}.");
    }
}
