using Inference.Feedback;

namespace Inference.Monitoring.Feedback;

internal sealed partial class FeedbackWriter
{
    private bool CanTry => _failures == 0 || _closing || (_hung is null or { IsCompleted: true } && _setup.Clock.GetElapsedTime(_failedAt) >= Backoff);

    private TimeSpan Backoff
    {
        get
        {
            double factor = Math.Pow(2, Math.Min(_failures - 1, 30));
            return factor * s_firstBackoff < _setup.Options.MaxBackoff ? factor * s_firstBackoff : _setup.Options.MaxBackoff;
        }
    }

    private async Task StepAsync()
    {
        Take();
        if (_hung is { IsCompleted: false } || !CanTry)
        {
            Hold();
            return;
        }

        if (_underway.Count > 0 && TimeProvider.System.GetElapsedTime(_retriedAt) >= s_retry)
        {
            RetryUnderway();
        }

        // What comes meanwhile is the next step's: otherwise many calls would keep reports from being taken.
        _due = _predictions.Count;
        while (_due > 0 || _reports.Count > 0 || _held.Count > 0 || !_open || _failures > 0)
        {
            if (!await WriteAsync().ConfigureAwait(false))
            {
                Hold();
                return;
            }
        }

        if (_isQueueShown)
        {
            _isQueueShown = false;
            _setup.Instruments.Queue(Waiting);
        }

        await ExpireAsync().ConfigureAwait(false);
        if (_underway.Count > 0 && _retry.IsCompleted)
        {
            // By the time of the system: a clock that is driven by hand would not wake it.
            _retry = Task.Delay(s_retry, TimeProvider.System);
            _ = _retry.ContinueWith(static (_, writer) => ((FeedbackWriter)writer!).Wake(), this, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    /// <summary>Writes one batch.</summary>
    /// <returns>False if the store failed.</returns>
    private async Task<bool> WriteAsync()
    {
        KeptPrediction[] predictions = [.. _predictions.Take(MostOfWrite)];
        var reports = new List<OpenReport>();
        if (predictions.Length >= _due)
        {
            reports = _held.Take(MostOfWrite);
            while (reports.Count < MostOfWrite && _reports.TryDequeue(out OpenReport report))
            {
                reports.Add(report);
            }
        }

        IReadOnlyList<WrittenReport> written;
        try
        {
            TimedReport[] timed = [.. reports.Select(static r => r.Report)];
            written = await GuardAsync(async (store, token) =>
            {
                if (!_open)
                {
                    await store.OpenAsync(token).ConfigureAwait(false);
                    _open = true;
                }

                return predictions.Length == 0 && timed.Length == 0 ? [] : await store.WriteAsync(predictions, timed, token).ConfigureAwait(false);
            }).ConfigureAwait(false);
            if (written.Count != timed.Length)
            {
                throw new FeedbackStoreException($"Model '{_setup.Model}': expected {timed.Length} answers of the store of feedback for as many reports, got {written.Count}. Correct its WriteAsync.");
            }
        }
#pragma warning disable CA1031 // A store of the application's own may throw anything: all of it means that nothing was written, or that it is not known.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Fail(exception);
            foreach (OpenReport report in reports)
            {
                Hold(report);
            }

            return false;
        }

        Succeed();
        for (int i = 0; i < predictions.Length; i++)
        {
            _predictionBytes -= _predictions.Dequeue().EstimateBytes();
        }

        _due -= predictions.Length;

        Volatile.Write(ref _pending, _predictions.Count);
        _setup.Counters.Kept(predictions.Length);
        for (int i = 0; i < reports.Count; i++)
        {
            Finish(reports[i], written[i]);
        }

        return true;
    }

    private void Finish(in OpenReport report, in WrittenReport written)
    {
        FeedbackAnswer answer = written.Answer;
        if (answer == FeedbackAnswer.Unknown)
        {
            DateTimeOffset now = _setup.Clock.GetUtcNow();
            if (!report.IsKept)
            {
                answer = FeedbackAnswer.NotSampled;
            }
            else if (report.MadeAt is { } made)
            {
                answer = made + _setup.Options.Retention < now ? FeedbackAnswer.Expired : _dropped.Contains(made) ? FeedbackAnswer.Dropped : FeedbackAnswer.Unknown;
                if (answer == FeedbackAnswer.Unknown && IsUnderway(report, made, now))
                {
                    _underway.Add(report with { UnknownSince = report.UnknownSince ?? TimeProvider.System.GetTimestamp() });
                    return;
                }
            }
        }

        if (answer == FeedbackAnswer.Accepted && written.Prediction is { } prediction)
        {
            TimedReport timed = report.Report;
            _setup.Joined(new JoinedOutcome(prediction, timed.Row, timed.Name, timed.Value, timed.At, written.Replaced));
        }

        Answer(report, answer);
    }

    // Another process may be about to write the prediction.
    private bool IsUnderway(in OpenReport report, DateTimeOffset made, DateTimeOffset now) =>
        _setup.Store.IsShared && report.Group is not null && !_closing && _underway.Count < _setup.Options.QueueCapacity / 4
        && (report.UnknownSince is { } since ? TimeProvider.System.GetElapsedTime(since) < s_underway : made > now - s_underway);

    private void RetryUnderway()
    {
        _retriedAt = TimeProvider.System.GetTimestamp();

        // In order, before reports that came later.
        OpenReport[] later = [.. _reports];
        _reports.Clear();
        foreach (OpenReport report in _underway)
        {
            _reports.Enqueue(report);
        }

        _underway.Clear();
        foreach (OpenReport report in later)
        {
            _reports.Enqueue(report);
        }
    }

    /// <summary>The reports that were taken wait, and their callers are told so.</summary>
    private void Hold()
    {
        while (_reports.TryDequeue(out OpenReport report))
        {
            Hold(report);
        }

        _isQueueShown = true;
        _setup.Instruments.Queue(Waiting);
    }

    private void Hold(in OpenReport report)
    {
        bool added = _held.Add(report with { Group = null });
        if (!added)
        {
            Interlocked.Decrement(ref _waiting);
        }

        if (report.Group is { } group)
        {
            _setup.Counters.Report(FeedbackAnswer.Queued);
            group.Answer(report.Place, FeedbackAnswer.Queued);
        }
    }

    private void Answer(in OpenReport report, FeedbackAnswer answer)
    {
        Interlocked.Decrement(ref _waiting);
        _setup.Counters.Report(answer);
        report.Group?.Answer(report.Place, answer);
    }

    /// <summary>Calls the store on another thread, for a limited time. A call that does not return is not repeated before it does.</summary>
    public async Task<T> GuardAsync<T>(Func<IFeedbackStore, CancellationToken, ValueTask<T>> call)
    {
        if (_hung is { IsCompleted: false })
        {
            throw new FeedbackStoreException($"Model '{_setup.Model}': the store of feedback has not returned from an earlier call. Look at what it waits for.");
        }

        bool more = false;

        // A clock that is driven by hand stands still while a model is disposed.
        TimeProvider clock = _closing ? TimeProvider.System : _setup.Clock;
        using var limit = new CancellationTokenSource(_setup.Options.StoreTimeout, clock);
        Task<T> task = Task.Run(() => call(_setup.Store, limit.Token).AsTask());
        try
        {
            Task timed = task.WaitAsync(_setup.Options.StoreTimeout, clock);
            while (!timed.IsCompleted)
            {
                // Calls go on meanwhile: the ring is emptied.
                Task waking = Waking();
                if (await Task.WhenAny(timed, waking).ConfigureAwait(false) == waking)
                {
                    Woken();
                    TakePredictions();
                    more = true;
                }
            }

            await timed.ConfigureAwait(false);
            return await task.ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException && !task.IsCompletedSuccessfully)
        {
            await limit.CancelAsync().ConfigureAwait(false);
            _hung = task.ContinueWith(static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw new FeedbackStoreException($"Model '{_setup.Model}': expected the store of feedback to answer within {_setup.Options.StoreTimeout}, got nothing. Look at what it waits for, or raise StoreTimeout.", exception);
        }
        finally
        {
            if (more)
            {
                // What woke it may have been a report.
                Wake();
            }
        }
    }

    private void Fail(Exception exception)
    {
        string why = exception is InferenceException ? exception.Message : $"{exception.GetType().Name}: {exception.Message}";
        if (_failures++ == 0)
        {
            _firstFailure = _setup.Clock.GetTimestamp();
            _setup.LogUnavailable(why);
        }

        _failedAt = _setup.Clock.GetTimestamp();
        _open = false;
        State = FeedbackStoreState.Unavailable;
        Error = why;
        _setup.Instruments.Store(false);
        _setup.Conditions?.Set(this, $"Feedback waits in memory: {why}");
    }

    private void Succeed()
    {
        if (_failures > 0)
        {
            _setup.LogAvailable(_setup.Clock.GetElapsedTime(_firstFailure));
        }

        if (State != FeedbackStoreState.Available)
        {
            _setup.Instruments.Store(true);
        }

        _failures = 0;
        State = FeedbackStoreState.Available;
        Error = null;
        _setup.Conditions?.Clear(this);
    }
}
