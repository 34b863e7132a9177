using Inference.Feedback;
using Inference.Security;

namespace Inference.Monitoring;

/// <summary>Keeps one model's predictions and reports. Writing calls come one at a time, reading ones at any time. Every method may throw <see cref="FeedbackStoreException"/>; the feedback then waits and tries again.</summary>
public interface IFeedbackStore : IAsyncDisposable
{
    /// <summary>Whether other processes may write to it too, so that a prediction may be on its way.</summary>
    bool IsShared { get; }

    /// <summary>Creates what is missing: files, tables. Called before the first write, and again after a failed one.</summary>
    ValueTask OpenAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Adds predictions, then reports in order; all or nothing, durable when it returns. A prediction that is there already is left as it is. A report is <see cref="FeedbackAnswer.Accepted"/> if there is none with this id, row and
    /// name, if the one there has its receipt, or if its value differs and its time is later than that of the one there, which it replaces; <see cref="FeedbackAnswer.Duplicate"/> if there is another one that stands; <see cref="FeedbackAnswer.Unknown"/> without its
    /// prediction; <see cref="FeedbackAnswer.Invalid"/> if the prediction has no such row.
    /// </summary>
    /// <returns>A result for each report.</returns>
    ValueTask<IReadOnlyList<WrittenReport>> WriteAsync(IReadOnlyList<KeptPrediction> predictions, IReadOnlyList<TimedReport> reports, CancellationToken cancellationToken = default);

    /// <summary>Reads the predictions with some ids. Called between writes.</summary>
    /// <param name="ids">The ids.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>Those that are there, in any order.</returns>
    ValueTask<IReadOnlyList<KeptPrediction>> FindAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken = default);

    /// <summary>Reads reports with their predictions, by time and id of the prediction, then by row.</summary>
    /// <param name="from">The start of the predictions' times.</param>
    /// <param name="to">The end, exclusive.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    IAsyncEnumerable<JoinedOutcome> ReadJoinedAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken = default);

    /// <summary>Reads predictions, with reports or without, by time and id (big-endian bytes).</summary>
    /// <param name="from">The start of their times.</param>
    /// <param name="to">The end, exclusive.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    IAsyncEnumerable<KeptPrediction> ReadPredictionsAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken = default);

    /// <summary>Counts the predictions of spans of time, and those of them with a report.</summary>
    /// <param name="edges">The edges of the spans, ascending; span i begins with edge i and ends before edge i + 1.</param>
    /// <param name="cancellationToken">Stops counting.</param>
    /// <returns>Counts for each span, one fewer than edges.</returns>
    ValueTask<IReadOnlyList<(long Predictions, long Labelled)>> CountAsync(IReadOnlyList<DateTimeOffset> edges, CancellationToken cancellationToken = default);

    /// <summary>Removes the predictions of a subject or a tenant and their reports, so that they cannot be read from the files either.</summary>
    /// <param name="owner">The keyed hash of one of them: <see cref="KeptPrediction.Subject"/> or <see cref="KeptPrediction.Tenant"/>.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>How many were removed.</returns>
    ValueTask<(long Predictions, long Reports)> EraseAsync(DataOwner owner, CancellationToken cancellationToken = default);

    /// <summary>Removes predictions before a time and their reports, oldest first, as many as given at most.</summary>
    /// <returns>The number of predictions removed.</returns>
    ValueTask<long> ExpireAsync(DateTimeOffset before, int most, CancellationToken cancellationToken = default);
}
