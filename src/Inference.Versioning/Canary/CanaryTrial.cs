using System.Globalization;
using Inference.Evaluation.Sequential;
using Inference.Status;
using Inference.Versioning.Leasing;

namespace Inference.Versioning.Canary;

/// <summary>
/// A canary on trial: counts the outcomes of both arms and stops when the evidence that the canary is worse reaches its limit. Errors, the model's own time, its processor time, the user's metric and what became of the
/// predictions are each tested by <see cref="TwoArmTest"/>; their weighted mean is also an e-value, so that one limit bounds the false alarms of all together.
/// </summary>
/// <remarks>
/// <para>The test is valid at every evaluation, so evaluations may be skipped: the test is evaluated when the outcomes have grown by a 64th, after <see cref="LongestGap"/> at the latest, and before the canary is promoted.
/// An evaluation updates all measures: a mean that included an older value of one of them would not be an e-value.</para>
/// <para>A change of the percent begins a stage, whose means may differ from those before. Outcomes count in the stage in which their call ends.</para>
/// <para>Like is compared with like: a call that was answered without the model, from a cache or by another model, says nothing; a failure that several calls share, because their rows were run together or one waited for
/// the run of another, counts once; times are those of the model itself, compared in pairs (<see cref="LatencyPairs"/>). Nothing counts before <see cref="CanaryWarmup"/> has ended.</para>
/// <para>Thread-safe.</para>
/// </remarks>
internal sealed partial class CanaryTrial
{
    // An evaluation takes about ten microseconds for each stage of a measure. At this spacing, detection needs a 64th more calls at most, and evaluations cost a call less than a tenth of a microsecond for a measure once
    // there are many.
    private const int Growth = 64;
    private const int LongestGap = 256;

    // Rounding to them adds less than 1/1000 to the variance of a metric.
    private const int MetricLevels = 16;

    // Half of the default's runs cost more than the median.
    private const double MedianCost = 0.5;

    // The test requires a share above 0 and below 1; it holds whatever the true share is.
    private const double LeastShare = 1e-4;

    private readonly Lock _lock = new();
    private readonly TrialMeasure _errors;
    private readonly TrialMeasure _latency = new(levels: 1);
    private readonly TrialMeasure _metric = new(MetricLevels);
    private readonly TrialMeasure _cost = new(levels: 1);
    private readonly LatencyPairs _pairs;
    private readonly LatencyPairs _costs;
    private readonly Action<CanaryTrial, string> _onAlarm;
    private readonly Action<CanaryTrial> _onPassed;
    private readonly Action<double>? _onEvidence;
    private readonly CanaryOptions _options;
    private readonly CanaryWarmup? _warmup;
    private readonly TimeProvider _clock;
    private double _percent;
    private long _calls;
    private long _failed;
    private long _controlCalls;
    private long _controlFailed;
    private long _judged;
    private long _answered;
    private long _observed;
    private long _lookAt = 1;
    private int _stages;
    private TrialArms? _arms;
    private bool _stopped;
    private bool _passed;
    private bool _hasControl;

    /// <param name="slot">The canary.</param>
    /// <param name="options">The limits.</param>
    /// <param name="percent">Its share, percent.</param>
    /// <param name="salt">Salt of the routing hash.</param>
    /// <param name="onAlarm">Called once, outside locks, when the canary is to be rolled back, with the reason. No further call is routed to the canary by then.</param>
    /// <param name="onPassed">Called once when <see cref="CanaryOptions.PromoteAfterCalls"/> is reached.</param>
    /// <param name="onEvidence">Called at each evaluation with log10 of the e-value.</param>
    /// <param name="warmup">What runs before the canary receives calls; null for nothing.</param>
    /// <param name="clock">The clock of time limits.</param>
    public CanaryTrial(
        VersionSlot slot, CanaryOptions options, double percent, string salt, Action<CanaryTrial, string> onAlarm, Action<CanaryTrial> onPassed, Action<double>? onEvidence = null, CanaryWarmup? warmup = null, TimeProvider? clock = null)
    {
        Slot = slot;
        _trialName = NameOf(slot);
        _options = options;
        _percent = percent;
        Salt = salt;
        _onAlarm = onAlarm;
        _onPassed = onPassed;
        _onEvidence = onEvidence;
        _errors = new TrialMeasure(levels: 1, options.ErrorTolerance);
        _pairs = new LatencyPairs(options.LatencyQuantile, options.LatencyTolerance, options.LatencyWarmupCalls);
        _costs = new LatencyPairs(MedianCost, options.CostTolerance, options.LatencyWarmupCalls);
        _warmup = warmup;
        _clock = clock ?? TimeProvider.System;
        CanaryArm = new TrialArm(this, isCanary: true);
        ControlArm = new TrialArm(this, isCanary: false);
        // Half of the runs in pairs are the canary's, whatever its share of the calls.
        _latency.Begin(new StageKey(0, 0.5));
        _cost.Begin(new StageKey(0, 0.5));
        BeginStage();
    }

    public VersionSlot Slot { get; }

    public string Salt { get; }

    public CanaryOptions Options => _options;

    /// <summary>Receives the runs of the canary's model.</summary>
    public TrialArm CanaryArm { get; }

    /// <summary>Receives the runs of the default's model.</summary>
    public TrialArm ControlArm { get; }

    /// <summary>Whether the canary receives its share of the calls.</summary>
    public bool TakesCalls => !IsStopped && (_warmup is null || _warmup.HasEnded || Percent >= 100);

    /// <summary>Copies an answered call of the default to a canary that is being warmed up.</summary>
    public void Offer(NamedValues inputs, NamedValues outputs, RunContext? context, string servedBy)
    {
        if (_warmup is { HasEnded: false } warmup && !IsStopped)
        {
            warmup.Offer(inputs, outputs, context, servedBy);
        }
    }

    /// <summary>The canary's share of the calls, percent. Setting another value begins a stage.</summary>
    public double Percent
    {
        get => Volatile.Read(ref _percent);
        set
        {
            lock (_lock)
            {
                if (value != _percent)
                {
                    Volatile.Write(ref _percent, value);
                    BeginStage();
                }
            }
        }
    }

    /// <summary>Whether no further calls are routed to the canary.</summary>
    public bool IsStopped => Volatile.Read(ref _stopped);

    /// <summary>Ends the trial without an alarm.</summary>
    public void Stop()
    {
        Volatile.Write(ref _stopped, true);
        _warmup?.End();
        _outcomes?.Dispose();
    }

    /// <summary>Counts a call of either arm.</summary>
    /// <param name="isCanary">Which arm.</param>
    /// <param name="failed">Whether it failed; null if the outcome says nothing about the version (invalid inputs, cancelled, answered without the model).</param>
    public void Observe(bool isCanary, bool? failed)
    {
        (string? Alarm, bool Passed, double? Evidence) verdict;
        lock (_lock)
        {
            if (_stopped || !TakesCalls)
            {
                return;
            }

            Count(isCanary, failed);
            Expire();
            verdict = Judge();
        }

        Tell(verdict);
    }

    /// <summary>Counts a run of the model of either arm.</summary>
    /// <param name="isCanary">Which arm.</param>
    /// <param name="kind">Runs of one kind are compared with each other.</param>
    /// <param name="seconds">How long the model ran.</param>
    /// <param name="cost">Its processor time, seconds; NaN if it is not known.</param>
    public void ObserveRun(bool isCanary, long kind, double seconds, double cost = double.NaN)
    {
        (string? Alarm, bool Passed, double? Evidence) verdict;
        lock (_lock)
        {
            // What runs while the canary is warmed up is not its share.
            if (_stopped || (isCanary && !TakesCalls))
            {
                return;
            }

            bool counts = _options.CompareLatency && Add(_latency, _pairs.Add(isCanary, kind, seconds));
            counts |= _options.CompareCost && !double.IsNaN(cost) && Add(_cost, _costs.Add(isCanary, kind, cost));
            if (!counts)
            {
                return;
            }

            verdict = Judge();
        }

        Tell(verdict);
    }

    /// <summary>The default that the canary is compared with is another one: unless it is the first, a stage begins.</summary>
    public void ReplaceControl()
    {
        lock (_lock)
        {
            _pairs.ReplaceControl();
            _costs.ReplaceControl();
            if (_hasControl)
            {
                BeginStage();
            }

            _hasControl = true;
        }
    }

    /// <summary>Records a value of the user's metric.</summary>
    public void ObserveMetric(bool isCanary, double value)
    {
        (string? Alarm, bool Passed, double? Evidence) verdict;
        double loss = Math.Clamp((_options.BestMetric - value) / (_options.BestMetric - _options.WorstMetric), 0, 1);
        lock (_lock)
        {
            if (_stopped || double.IsNaN(loss))
            {
                return;
            }

            _metric.Add(isCanary, loss);
            verdict = Judge();
        }

        Tell(verdict);
    }

    /// <summary>The current counts, and the evidence at the last evaluation.</summary>
    public CanaryStatus Snapshot()
    {
        lock (_lock)
        {
            TrialTotals totals = Totals;
            return new CanaryStatus
            {
                Version = Slot.Version,
                Percent = Percent,
                Calls = totals.Calls,
                Errors = totals.Failed,
                ControlCalls = totals.ControlCalls,
                ControlErrors = totals.ControlFailed,
                ErrorEvidence = Math.Exp(_errors.LogValue),
                LatencyEvidence = Math.Exp(_latency.LogValue),
                MetricEvidence = Math.Exp(_metric.LogValue),
                OutcomeEvidence = Math.Exp(_outcomeLog),
                CostEvidence = Math.Exp(_cost.LogValue),
                Outcomes = _outcomes?.Status,
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

        if (failed is not null)
        {
            _judged += isCanary ? 1 : 0;
            _answered += isCanary && fault == 0 ? 1 : 0;
            _errors.Add(isCanary, fault);
        }
    }

    private void BeginStage()
    {
        var stage = new StageKey(_stages++, Math.Clamp(_percent / 100, LeastShare, 1 - LeastShare));
        _errors.Begin(stage);
        _metric.Begin(stage);
        Volatile.Write(ref _arms, new TrialArms(_trialName, stage));
    }

    private static bool Add(TrialMeasure measure, (bool Canary, bool Control)? pair)
    {
        if (pair is not { } losses)
        {
            return false;
        }

        measure.Add(isCanary: true, losses.Canary ? 1 : 0);
        measure.Add(isCanary: false, losses.Control ? 1 : 0);
        return true;
    }
}
