using Inference.Feedback;

namespace Inference.Monitoring.Feedback;

internal sealed partial class ModelFeedback
{
    // Reports of one caller that are on their way to the writer at once.
    private const int MostAtOnce = 4096;

    // How far the clocks of those who report may be off.
    private static readonly TimeSpan s_skew = TimeSpan.FromDays(1);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(5);

    public async ValueTask<FeedbackAnswer> ReportAsync(FeedbackReport report, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        IReadOnlyList<FeedbackAnswer> answers = await ReportAsync([report], cancellationToken).ConfigureAwait(false);
        return answers[0];
    }

    public async ValueTask<IReadOnlyList<FeedbackAnswer>> ReportAsync(IReadOnlyList<FeedbackReport> reports, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reports);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        if (reports.Count <= MostAtOnce)
        {
            return await SendAsync(reports, 0, reports.Count, cancellationToken).ConfigureAwait(false);
        }

        var answers = new List<FeedbackAnswer>(reports.Count);
        for (int first = 0; first < reports.Count; first += MostAtOnce)
        {
            answers.AddRange(await SendAsync(reports, first, Math.Min(MostAtOnce, reports.Count - first), cancellationToken).ConfigureAwait(false));
        }

        return answers;
    }

    private async ValueTask<FeedbackAnswer[]> SendAsync(IReadOnlyList<FeedbackReport> reports, int first, int count, CancellationToken cancellationToken)
    {
        DateTimeOffset now = _clock.GetUtcNow();
        var group = new ReportGroup(count);
        bool sent = false;
        for (int i = 0; i < count; i++)
        {
            FeedbackReport report = reports[first + i] ?? throw new ArgumentException($"Expected reports, got null at {first + i}.", nameof(reports));
            if (Refuse(report, now, out DateTimeOffset? madeAt, out bool isKept) is { } refused)
            {
                Answer(group, i, refused);
            }
            else if (await ReserveAsync(cancellationToken).ConfigureAwait(false))
            {
                var timed = new TimedReport(report.PredictionId, report.Row, report.Name, report.Value, Microseconds.Floor(report.At ?? now), Interlocked.Increment(ref _receipt));
                _writer.Add(new OpenReport(timed, group, i, madeAt, isKept));
                sent = true;
            }
            else
            {
                Answer(group, i, FeedbackAnswer.Dropped);
            }
        }

        if (sent)
        {
            _writer.Send();
        }

        await group.Answered.WaitAsync(cancellationToken).ConfigureAwait(false);
        return group.Answers;
    }

    /// <summary>The answer to a report that needs no store; null if it needs one.</summary>
    private FeedbackAnswer? Refuse(FeedbackReport report, DateTimeOffset now, out DateTimeOffset? madeAt, out bool isKept)
    {
        madeAt = PredictionIds.MadeAt(report.PredictionId);
        isKept = PredictionIds.IsKept(report.PredictionId, _options.Share);
        if (report.Name is not { Length: > 0 and <= FeedbackReport.MaxNameLength } || !FeedbackText.IsStorable(report.Name) || report.Row < 0
            || (report.Value.Text is { } text ? !FeedbackText.IsStorable(text) : !double.IsFinite(report.Value.Number))
            || report.At > now + s_skew)
        {
            return FeedbackAnswer.Invalid;
        }

        if (madeAt is not { } made)
        {
            return null;
        }

        // Another clock than the system's may be at any time, while ids that were read before the call are of the system's.
        bool comparable = ReferenceEquals(_clock, TimeProvider.System);
        return comparable && report.At < made - s_skew ? FeedbackAnswer.Invalid
            : comparable && made + _options.Retention < now ? FeedbackAnswer.Expired
            : !isKept && made >= _started ? FeedbackAnswer.NotSampled
            : null;
    }

    private void Answer(ReportGroup group, int place, FeedbackAnswer answer)
    {
        _counters.Report(answer);
        group.Answer(place, answer);
    }

    /// <summary>Reserves room for a report; while the store takes writes, waits for it.</summary>
    private async ValueTask<bool> ReserveAsync(CancellationToken cancellationToken)
    {
        if (_writer.TryReserve(1))
        {
            return true;
        }

        long begun = TimeProvider.System.GetTimestamp();
        while (_writer.State == FeedbackStoreState.Available && TimeProvider.System.GetElapsedTime(begun) < _options.StoreTimeout)
        {
            _writer.Send();
            await Task.Delay(s_pause, TimeProvider.System, cancellationToken).ConfigureAwait(false);
            if (_writer.TryReserve(1))
            {
                return true;
            }
        }

        return false;
    }
}
