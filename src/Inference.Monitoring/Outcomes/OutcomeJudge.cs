using System.Diagnostics.Metrics;
using Inference.Monitoring.Outcomes;
using Inference.Status;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Inference.Monitoring;

/// <summary>
/// Judges the versions of a model on what became of their predictions: counts reports by the arm and stage that the predictions were assigned to, and tests whether those of the version on trial are worse. Receives reports as an observer
/// of the model's feedback, and is asked by versioning as <see cref="IOutcomeEvidence"/>. Thread-safe.
/// </summary>
/// <remarks>
/// <para>A prediction without an arm is of no trial: shadow calls, calls that a fallback answered, calls of other versions. A subject counts once in a trial (<see cref="RunContext.Subject"/>), by its first report; without a subject each row of
/// each call counts. Outcomes of different subjects are independent; calls with one routing key and no subject are counted as if they were.</para>
/// <para>Corrections replace what they correct, also when they are delivered again. A report that comes after its trial has ended, or about a prediction made before it began, changes nothing.</para>
/// <para>Processes that exchange a trial's evidence judge the outcomes of all. A report counts in the process that takes it, and so does its correction: one that another process takes is not counted. A subject counts once in each process that takes reports of it.</para>
/// </remarks>
public sealed partial class OutcomeJudge : IOutcomeEvidence, IOutcomeObserver, IDisposable
{
    // Trials that are remembered after others began: late reports of older ones change nothing.
    private const int MostTrials = 16;

    // A trial that nobody ends, such as an A/B test, has ended when no outcome came for this long beyond the delay of labels.
    private static readonly TimeSpan s_silence = TimeSpan.FromDays(1);

    private readonly Lock _lock = new();
    private readonly Lock _evaluating = new();
    private readonly string _modelName;
    private readonly Func<OutcomeOptions> _options;
    private readonly TimeProvider _clock;
    private readonly Func<TimeSpan?> _delay;
    private readonly ModelConditions? _conditions;
    private readonly ILogger _logger;
    private readonly OutcomeInstruments _instruments;
    private readonly LinkedList<TrialOutcomes> _trials = [];
    private readonly ITimer _timer;
    private TimeSpan? _lastDelay;
    private long _unusable;
    private bool _disposed;

    /// <summary>Initializes a judge without trials.</summary>
    /// <param name="modelName">The model.</param>
    /// <param name="options">What is judged; changes take effect with the next trial.</param>
    /// <param name="clock">The clock; null for the system's.</param>
    /// <param name="delay">The time after which 95 % of the labels have arrived, null while it is not known, such as <see cref="Inference.Feedback.FeedbackSnapshot.DelayP95"/>; needed unless <see cref="OutcomeOptions.Maturity"/> is set.</param>
    /// <param name="conditions">Where a sample-ratio mismatch is reported; null for nowhere.</param>
    /// <param name="logger">The logger; null for none.</param>
    /// <param name="meters">Creates the meter; null for one that all share.</param>
    public OutcomeJudge(string modelName, Func<OutcomeOptions> options, TimeProvider? clock = null, Func<TimeSpan?>? delay = null, ModelConditions? conditions = null, ILogger? logger = null, IMeterFactory? meters = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(modelName);
        ArgumentNullException.ThrowIfNull(options);
        _modelName = modelName;
        _options = options;
        _clock = clock ?? TimeProvider.System;
        _delay = delay ?? (static () => null);
        _conditions = conditions;
        _logger = logger ?? NullLogger.Instance;
        _instruments = new OutcomeInstruments(modelName, meters);
        _timer = _clock.CreateTimer(static judge => ((OutcomeJudge)judge!).OnTimer(), this, options().Interval, options().Interval);
    }

    /// <summary>The trials and A/B tests of which there are outcomes, the latest first.</summary>
    public IReadOnlyList<OutcomeTrialStatus> Trials
    {
        get
        {
            lock (_lock)
            {
                return [.. _trials.Select(static t => t.Status)];
            }
        }
    }

    /// <summary>Reports that could not be judged since the start: texts, missing scores, contradictory arms, predictions from before their trial.</summary>
    public long Unusable => Interlocked.Read(ref _unusable);

    /// <inheritdoc/>
    public IOutcomeTrial Begin(string modelName, string trial, Action changed)
    {
        ArgumentException.ThrowIfNullOrEmpty(trial);
        ArgumentNullException.ThrowIfNull(changed);
        if (modelName != _modelName)
        {
            throw new InferenceException($"Outcomes of model '{_modelName}': expected a trial of this model, got one of '{modelName}'. Add UseOutcomes to that model.");
        }

        lock (_lock)
        {
            // A trial that is begun again starts anew: its earlier outcomes were judged already.
            if (Find(trial) is { } earlier)
            {
                Remove(earlier);
            }

            TrialOutcomes outcomes = Add(trial, _clock.GetUtcNow());
            outcomes.Changed = changed;
            return new Handle(this, outcomes);
        }
    }

    /// <inheritdoc/>
    public void OnJoined(in JoinedOutcome outcome)
    {
        OutcomeOptions options = _options();
        if (outcome.Arm is not { } arm || outcome.Name != options.Name)
        {
            return;
        }

        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            TrialOutcomes trial = Find(arm.Trial) ?? Add(arm.Trial, DateTimeOffset.MinValue);
            if (trial.HasEnded)
            {
                return;
            }

            trial.LastReport = _clock.GetUtcNow();
            if (!trial.Add(outcome, options.Maturity ?? _lastDelay))
            {
                Interlocked.Increment(ref _unusable);
            }
        }
    }

    /// <summary>Judges what is known now rather than at the next interval.</summary>
    public void Evaluate() => Evaluate(wait: true);

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            while (_trials.First is { } trial)
            {
                Remove(trial.Value);
            }
        }

        _timer.Dispose();
    }

    private void Evaluate(bool wait)
    {
        if (wait)
        {
            _evaluating.Enter();
        }
        else if (!_evaluating.TryEnter())
        {
            return;
        }

        List<Action> changed;
        try
        {
            changed = EvaluateTrials();
        }
        finally
        {
            _evaluating.Exit();
        }

        foreach (Action action in changed)
        {
            action();
        }
    }

    // Returns whom to tell of changes.
    private List<Action> EvaluateTrials()
    {
        lock (_lock)
        {
            if (_trials.Count == 0)
            {
                return [];
            }
        }

        TimeSpan? delay = _delay();
        TimeSpan? maturity = _options().Maturity ?? delay;
        DateTimeOffset now = _clock.GetUtcNow();
        List<(TrialOutcomes Trial, TrialCounts? Counts)> judged;
        lock (_lock)
        {
            _lastDelay = delay;
            judged = [.. _trials.Select(t => (t, t.Judge(now, maturity)))];
        }

        List<Action> changed = [];
        foreach ((TrialOutcomes trial, TrialCounts? counts) in judged)
        {
            // Reports are counted, and the status is read, while it is computed.
            OutcomeTrialStatus status = counts is null ? trial.Status : trial.Evaluate(counts);
            lock (_lock)
            {
                // It may have been removed meanwhile.
                if (!_trials.Contains(trial))
                {
                    continue;
                }

                bool isOver = trial.Changed is null && now - trial.LastReport > (maturity ?? TimeSpan.Zero) + s_silence;
                trial.Status = status;
                Report(trial, status.SampleRatioMismatch && !isOver && !trial.HasEnded);
                if (counts is not null)
                {
                    _instruments.Evaluated(status);
                    if (trial.Changed is { } action)
                    {
                        changed.Add(action);
                    }
                }
            }
        }

        return changed;
    }

    private void OnTimer()
    {
        try
        {
            // One that takes longer than the interval is not followed by a queue of others.
            Evaluate(wait: false);
        }
#pragma warning disable CA1031 // A timer's exception would end the process.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailed(_logger, _modelName, exception);
        }
    }

    // The caller holds the lock.
    private void Report(TrialOutcomes trial, bool mismatched)
    {
        if (mismatched && !trial.IsReported)
        {
            OutcomeTrialStatus status = trial.Status;
            LogMismatch(_logger, _modelName, status.Trial, status.Treatment, status.Control);
            _conditions?.Set(trial, $"Trial '{status.Trial}': outcomes do not come from both arms in the shares of their calls ({status.Treatment} and {status.Control}). The comparison is not to be trusted: find what decides which outcomes are reported.");
        }
        else if (!mismatched && trial.IsReported)
        {
            _conditions?.Clear(trial);
        }

        trial.IsReported = mismatched;
    }

    private TrialOutcomes? Find(string trial) => _trials.FirstOrDefault(t => t.Trial == trial);

    private TrialOutcomes Add(string trial, DateTimeOffset began)
    {
        var outcomes = new TrialOutcomes(trial, _options(), began) { LastReport = _clock.GetUtcNow() };
        _trials.AddFirst(outcomes);
        if (_trials.Count > MostTrials && _trials.Where(t => t.Changed is null && t != outcomes).Reverse().MinBy(static t => t.LastReport) is { } oldest)
        {
            Remove(oldest);
        }

        return outcomes;
    }

    private void Remove(TrialOutcomes trial)
    {
        _trials.Remove(trial);
        Report(trial, mismatched: false);
    }

    private void End(TrialOutcomes trial)
    {
        lock (_lock)
        {
            trial.End();
            Report(trial, mismatched: false);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Model '{Model}', trial '{Trial}': {Treatment} outcomes of the version on trial and {Control} of the other are not the shares of their calls; the comparison is not to be trusted.")]
    private static partial void LogMismatch(ILogger logger, string model, string trial, long treatment, long control);

    [LoggerMessage(2, LogLevel.Error, "Model '{Model}': outcomes could not be judged.")]
    private static partial void LogFailed(ILogger logger, string model, Exception exception);

    private sealed class Handle(OutcomeJudge judge, TrialOutcomes trial) : IOutcomeTrial
    {
        public OutcomeTrialStatus Status => trial.Status;

        public EvidenceReport? Report()
        {
            lock (judge._lock)
            {
                return trial.Report();
            }
        }

        public void Merge(EvidenceReport report)
        {
            lock (judge._lock)
            {
                trial.Merge(report);
            }
        }

        public void Dispose() => judge.End(trial);
    }
}
