using System.Globalization;
using Inference.Monitoring.Collection;
using Inference.Monitoring.Records;
using Inference.Monitoring.Stage;
using Inference.Monitoring.Windows;
using Microsoft.Extensions.Logging;

namespace Inference.Monitoring;

public sealed partial class ModelMonitor
{
    // A crash loses the evidence of so long at most; a change of state is written at once, and what there is when the model stops.
    private static readonly TimeSpan s_saveAfter = TimeSpan.FromMinutes(10);

    private const string TooFew = "Too few rows were seen for a judgement.";

    private void Start()
    {
        MonitoringOptions options = _options.Current;
        try
        {
            ReferenceProfile? profile = options.Profile?.Invoke(_info) ?? (options.ProfilePath is { } path ? ReferenceProfile.Load(PathOf(path)) : _file is { } file ? ReferenceProfile.Load(file.Path, file.Sha256) : null);
            if (profile is null)
            {
                _burnIn = new BurnIn(_info, options.BurnInRows, options.SegmentColumn);
                SetState(MonitoringState.Learning, string.Create(CultureInfo.InvariantCulture, $"A profile is learned from the first {options.BurnInRows:N0} rows."));
                return;
            }

            Use(profile);
        }
#pragma warning disable CA1031 // The application's Profile and Store may throw anything; the model answers without monitoring.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Refuse(exception);
        }
    }

    private void Use(ReferenceProfile profile)
    {
        if (profile.ModelDigest.Length > 0 && profile.ModelDigest != _info.Digest && !_options.Current.AllowOtherModel)
        {
            Refuse($"Model '{_info.Name}': expected the profile of the model with digest {Short(_info.Digest)}, got that of model '{profile.ModelName}' with digest {Short(profile.ModelDigest)}. Make a profile of this model, or set AllowOtherModel.");
            return;
        }

        IWindowStore store = _options.Current.Store?.Invoke(_info) ?? (_options.Current.Directory is { } folder ? new FileWindowStore(PathOf(folder)) : new MemoryWindowStore());
        _ring = new WindowRing(profile.WindowLayout, store, why => LogWindow(_logger, _info.Name, why));

        _unwatched = Unwatched(profile);
        Volatile.Write(ref _shared, new SharedRows(profile.WindowLayout, $"{_info.Version}@{_info.Digest}#{profile.WindowLayout.Digest}", _bucketStart));
        _evidence = _options.Current.Directory is { } kept ? new EvidenceFile(PathOf(kept)) : null;
        _traffic = NewTraffic();
        _rotatedAt = _clock.GetTimestamp();

        // Who sees the profile may rely on its rows being counted.
        Volatile.Write(ref _collector, new Collector(profile.WindowLayout));
        Volatile.Write(ref _profile, profile);
        SetState(MonitoringState.Learning, TooFew);
    }

    private string[] Unwatched(ReferenceProfile profile)
    {
        HashSet<(ColumnSide, string)> watched = [.. profile.Columns.Select(static c => (c.Side, c.Tensor))];
        return
        [
            .. _info.Inputs.Select(static p => p.Name).Where(n => !watched.Contains((ColumnSide.Input, n))),
            .. _info.Outputs.Select(static p => p.Name).Where(n => !watched.Contains((ColumnSide.Output, n))),
        ];
    }

    private void Refuse(Exception exception) =>
        Refuse(exception is MonitoringException ? exception.Message : $"{exception.GetType().Name}: {exception.Message}", exception);

    private void Refuse(string why, Exception? exception = null)
    {
        LogRefused(_logger, _info.Name, why, exception);
        _conditions?.Set(this, $"Monitoring is off: {why}");
        SetState(MonitoringState.Unavailable, why);
    }

    private void EndBurnIn()
    {
        // Learning takes up to seconds: no call and no disposal waits for it. Calls answered meanwhile are not counted.
        if (Interlocked.Exchange(ref _burnIn, null) is not { } burnIn)
        {
            return;
        }

        try
        {
            ReferenceProfile profile;
            using (burnIn)
            {
                profile = burnIn.Build();
            }

            lock (_rotation)
            {
                if (!_disposed)
                {
                    _bucketStart = _clock.GetUtcNow();
                    Use(profile);
                }
            }
        }
#pragma warning disable CA1031 // An exception on a thread of the pool would end the process.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            lock (_rotation)
            {
                if (!_disposed)
                {
                    Refuse(exception);
                }
            }
        }
    }

    private void OnTimer()
    {
        try
        {
            lock (_rotation)
            {
                if (!_disposed)
                {
                    Rotate();
                }
            }
        }
#pragma warning disable CA1031 // A timer's exception would end the process.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Fail(exception);
            LogFailed(_logger, _info.Name, exception);
        }
    }

    /// <summary>Ends the current bucket. The caller holds the lock.</summary>
    private MonitoringWindow? Rotate()
    {
        ReportErrors();
        if (_collector is not { } collector)
        {
            return null;
        }

        // A clock that went back gives an empty span at the end of the last bucket: time in windows only goes forward.
        DateTimeOffset now = _clock.GetUtcNow();
        DateTimeOffset end = now < _bucketStart ? _bucketStart : now;
        if (now < _bucketStart)
        {
            LogClock(_logger, _info.Name, _bucketStart - now);
            _traffic?.ForgetHours();
        }

        MonitoringWindow window = collector.Drain(_bucketStart, end);
        _bucketStart = end;
        _rows += window.Rows;
        _rowsSeen += window.RowsSeen;
        _instruments.Bucket(window, _sampler.Share);
        Keep(window);
        Evaluate(WithOthers(window), end);
        SetState();
        return window;
    }

    // Exchanged rows are judged, and kept by the process that counted them.
    private MonitoringWindow WithOthers(MonitoringWindow window)
    {
        _shared!.Add(window);
        if (_shared.Take() is not { } others)
        {
            return window;
        }

        _rowsElsewhere += others.Rows;
        others.Merge(window);
        return others;
    }

    private void Evaluate(MonitoringWindow window, DateTimeOffset end)
    {
        long now = _clock.GetTimestamp();
        TimeSpan elapsed = _clock.GetElapsedTime(_rotatedAt, now);
        _rotatedAt = now;
        if (_disposed)
        {
            SaveEvidence();
            return;
        }

        if (EvaluationSettings.Of(_options.Current) is var settings && settings != _settings)
        {
            LogSettings(_logger, _info.Name);
            _settings = settings;
            _evaluation = null;
            _traffic = NewTraffic();
            _restored = true;
        }

        // Its limits take some time to compute: here rather than while the model loads.
        if (_evaluation is null && (window.Rows > 0 || (!_restored && _evidence is { Exists: true })))
        {
            Volatile.Write(ref _evaluation, Restore() ?? new BucketEvaluation(_profile!, _settings));
        }

        _traffic!.Add(window.RowsSeen, window.Calls + window.FailedCalls, elapsed, end.UtcDateTime.Hour);
        if (window.Rows > 0)
        {
            MonitoringState before = _evaluation!.State;
            _evaluation.Add(window);
            _evaluatedAt = end;
            if (_savedAt is not { } saved || _evidenceTrouble > 0 || _evaluation.State != before || _clock.GetElapsedTime(saved, now) >= s_saveAfter)
            {
                _savedAt = now;
                SaveEvidence();
            }
        }
    }

    private TrafficWatch NewTraffic() => new(_settings.Bucket, _settings.ExpectedFalseAlarms / EvaluationSettings.Traffic, _settings.FreshnessLimit, _settings.MinimumRows);

    private BucketEvaluation? Restore()
    {
        if (_restored || _evidence is not { Exists: true } file)
        {
            return null;
        }

        _restored = true;
        var evaluation = new BucketEvaluation(_profile!, _settings);
        TrafficWatch traffic = NewTraffic();
        try
        {
            file.Read(_profile!, _settings, evaluation, traffic);
            _traffic = traffic;
            return evaluation;
        }
        catch (MonitoringException exception)
        {
            _evidenceTrouble = 2;
            LogEvidence(_logger, _info.Name, exception.Message);
            _conditions?.Set(file, $"Evidence starts anew: {exception.Message}");
            return null;
        }
    }

    private void SaveEvidence()
    {
        if (_evidence is not { } file || _traffic is null || (_evaluation is null && !_restored && file.Exists))
        {
            return;
        }

        try
        {
            file.Write(_profile!, _settings, _evaluation, _traffic);
            if (_evidenceTrouble > 0 && --_evidenceTrouble == 0)
            {
                _conditions?.Clear(file);
            }
        }
        catch (MonitoringException exception)
        {
            _evidenceTrouble = 1;
            LogEvidence(_logger, _info.Name, exception.Message);
            _conditions?.Set(file, $"Evidence is not kept: {exception.Message}");
        }
    }

    // Called for each new value of the options, also for the first.
    private void Adopt(MonitoringOptions options)
    {
        if (options.BucketDuration != _period)
        {
            _period = options.BucketDuration;
            _timer.Change(_period, _period);
        }
    }

    private void Keep(MonitoringWindow window)
    {
        try
        {
            _ring!.Add(window);
            _conditions?.Clear(_ring);
        }
        catch (MonitoringException exception)
        {
            LogWindow(_logger, _info.Name, exception.Message);
            _conditions?.Set(_ring!, $"Windows are not kept: {exception.Message}");
        }
    }

    private void ReportErrors()
    {
        long errors = Interlocked.Read(ref _errors);
        long fresh = errors - _reportedErrors;
        _reportedErrors = errors;
        if (fresh > 0 && Volatile.Read(ref _lastError) is { } error)
        {
            _instruments.Errors(fresh);
            LogErrors(_logger, _info.Name, fresh, error);
            _conditions?.Set(this, $"Monitoring could not read {fresh} calls of the last bucket: {error.Message}");
        }
        else if (_profile is not null)
        {
            _conditions?.Clear(this);
        }
    }

    private void SetState()
    {
        RuleSnapshot[] rules = [.. _traffic?.Findings ?? [], .. _evaluation?.PerformanceFinding is { } worse ? (RuleSnapshot[])[worse] : []];
        MonitoringState state = _evaluation?.State ?? MonitoringState.Learning;
        string text = _evaluation?.Describe() ?? TooFew;
        foreach (RuleSnapshot rule in rules)
        {
            text = $"{char.ToUpperInvariant(rule.Rule[0])}{rule.Rule[1..]}: {rule.Detail}.{(state > MonitoringState.Learning && text.Length > 0 ? $" {text}" : "")}";
            state = rule.State > state ? rule.State : state;
        }

        SetState(state, text, rules);
    }

    private void SetState(MonitoringState state, string description, RuleSnapshot[]? rules = null)
    {
        Volatile.Write(ref _snapshot, new MonitoringSnapshot
        {
            ModelName = _info.Name,
            ModelVersion = _info.Version,
            State = state,
            Description = description,
            ProfileDigest = _profile?.Digest ?? "",
            Rows = _rows,
            RowsSeen = _rowsSeen,
            RowsElsewhere = _rowsElsewhere,
            SampledShare = _sampler.Share,
            CollectionErrors = Interlocked.Read(ref _errors),
            UnwatchedTensors = _unwatched,
            EvaluatedAt = _evaluatedAt,
            LogEvidence = _evaluation?.LogEvidence ?? double.NaN,
            Rules = rules ?? [],
            Performance = _evaluation?.Metrics ?? [],
            Columns = _evaluation?.Columns() ?? [],
            Segments = _evaluation?.Segments() ?? [],
        });
        _instruments.State(state);
        _alerts.Publish(_snapshot);
    }

    private string PathOf(string pattern) => PathPattern.Fill(pattern, _info.Name, _info.Version);

    private static string Short(string digest) => digest.Length <= 12 ? digest : digest[..12];

    [LoggerMessage(1, LogLevel.Error, "Model '{Model}' is not monitored: {Why}")]
    private static partial void LogRefused(ILogger logger, string model, string why, Exception? exception);

    [LoggerMessage(2, LogLevel.Error, "Model '{Model}': monitoring could not read {Count} calls, which were answered; the last error follows.")]
    private static partial void LogErrors(ILogger logger, string model, long count, Exception exception);

    [LoggerMessage(3, LogLevel.Warning, "Model '{Model}': the clock went back by {Time}; the bucket ends where the last one ended.")]
    private static partial void LogClock(ILogger logger, string model, TimeSpan time);

    [LoggerMessage(4, LogLevel.Information, "Model '{Model}': '{Actor}' acknowledged the state: {Reason}")]
    private static partial void LogAcknowledged(ILogger logger, string model, string actor, string reason);

    [LoggerMessage(7, LogLevel.Warning, "Model '{Model}': {Why}")]
    private static partial void LogEvidence(ILogger logger, string model, string why);

    [LoggerMessage(8, LogLevel.Information, "Model '{Model}': options of the evaluation changed; evidence starts anew.")]
    private static partial void LogSettings(ILogger logger, string model);

    [LoggerMessage(6, LogLevel.Warning, "Model '{Model}': a window is lost: {Why}")]
    private static partial void LogWindow(ILogger logger, string model, string why);

    [LoggerMessage(5, LogLevel.Error, "Model '{Model}': a bucket could not be evaluated.")]
    private static partial void LogFailed(ILogger logger, string model, Exception exception);
}
