using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using Inference.Feedback;
using Inference.Security;

namespace Inference.Monitoring.Feedback;

/// <summary>
/// Encrypts the values of predictions and reports before a store gets them, under the keys of the call's subject and tenant. What was encrypted under a key that was destroyed is not there for those who read, even if the store still, or
/// again, has it; it is counted, and expires. What was stored before keys were in use is read as it is.
/// </summary>
internal sealed class ProtectedFeedbackStore(IFeedbackStore inner, ISubjectKeys keys) : IFeedbackStore
{
    public bool IsShared => inner.IsShared;

    public ValueTask OpenAsync(CancellationToken cancellationToken = default) => inner.OpenAsync(cancellationToken);

    public async ValueTask<IReadOnlyList<WrittenReport>> WriteAsync(IReadOnlyList<KeptPrediction> predictions, IReadOnlyList<TimedReport> reports, CancellationToken cancellationToken = default)
    {
        // Made at once, because each making waits for the disk.
        await keys.EnsureAsync([.. predictions.Select(static p => p.Owner)], cancellationToken).ConfigureAwait(false);
        var encrypted = new List<KeptPrediction>(predictions.Count);
        foreach (KeptPrediction prediction in predictions)
        {
            encrypted.Add(prediction.WithValues(default, await keys.ProtectAsync(prediction.Owner, ContextOf(prediction.Id), ValueCodec.Encode(prediction.Values.Span), cancellationToken).ConfigureAwait(false)));
        }

        if (reports.Count == 0)
        {
            return await inner.WriteAsync(encrypted, reports, cancellationToken).ConfigureAwait(false);
        }

        // Reports are encrypted like their predictions; without one, there is nothing to report about.
        Dictionary<Guid, KeptPrediction> known = await KnownAsync(encrypted, reports, cancellationToken).ConfigureAwait(false);
        var written = new WrittenReport[reports.Count];
        var places = new List<int>(reports.Count);
        var timed = new List<TimedReport>(reports.Count);
        for (int i = 0; i < written.Length; i++)
        {
            written[i] = new WrittenReport(FeedbackAnswer.Unknown);
            if (known.TryGetValue(reports[i].PredictionId, out KeptPrediction? prediction) && await SealAsync(reports[i], prediction, cancellationToken).ConfigureAwait(false) is { } report)
            {
                places.Add(i);
                timed.Add(report);
            }
        }

        IReadOnlyList<WrittenReport> answers = await inner.WriteAsync(encrypted, timed, cancellationToken).ConfigureAwait(false);
        if (answers.Count != timed.Count)
        {
            throw new FeedbackStoreException($"Expected {timed.Count} answers of the store of feedback for as many reports, got {answers.Count}. Correct its WriteAsync.");
        }

        for (int i = 0; i < answers.Count; i++)
        {
            written[places[i]] = await OpenAsync(answers[i], timed[i], cancellationToken).ConfigureAwait(false);
        }

        return written;
    }

    public async ValueTask<IReadOnlyList<KeptPrediction>> FindAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken = default)
    {
        var found = new List<KeptPrediction>();
        foreach (KeptPrediction prediction in await inner.FindAsync(ids, cancellationToken).ConfigureAwait(false))
        {
            if (await OpenAsync(prediction, cancellationToken).ConfigureAwait(false) is { } open)
            {
                found.Add(open);
            }
        }

        return found;
    }

    public async IAsyncEnumerable<JoinedOutcome> ReadJoinedAsync(DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        KeptPrediction? last = null;
        KeptPrediction? opened = null;
        await foreach (JoinedOutcome outcome in inner.ReadJoinedAsync(from, to, cancellationToken).ConfigureAwait(false))
        {
            if (!ReferenceEquals(last, outcome.Prediction))
            {
                last = outcome.Prediction;
                opened = await OpenAsync(last, cancellationToken).ConfigureAwait(false);
            }

            if (opened is not null && await OpenAsync(outcome.Prediction.Sealed, outcome.PredictionId, outcome.Row, outcome.Name, outcome.Value, cancellationToken).ConfigureAwait(false) is { } value)
            {
                yield return outcome with { Prediction = opened, Value = value };
            }
        }
    }

    public async IAsyncEnumerable<KeptPrediction> ReadPredictionsAsync(DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (KeptPrediction prediction in inner.ReadPredictionsAsync(from, to, cancellationToken).ConfigureAwait(false))
        {
            if (await OpenAsync(prediction, cancellationToken).ConfigureAwait(false) is { } open)
            {
                yield return open;
            }
        }
    }

    public ValueTask<IReadOnlyList<(long Predictions, long Labelled)>> CountAsync(IReadOnlyList<DateTimeOffset> edges, CancellationToken cancellationToken = default) => inner.CountAsync(edges, cancellationToken);

    public ValueTask<(long Predictions, long Reports)> EraseAsync(DataOwner owner, CancellationToken cancellationToken = default) => inner.EraseAsync(owner, cancellationToken);

    public ValueTask<long> ExpireAsync(DateTimeOffset before, int most, CancellationToken cancellationToken = default) => inner.ExpireAsync(before, most, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private async ValueTask<Dictionary<Guid, KeptPrediction>> KnownAsync(List<KeptPrediction> written, IReadOnlyList<TimedReport> reports, CancellationToken cancellationToken)
    {
        var known = new Dictionary<Guid, KeptPrediction>();
        foreach (KeptPrediction prediction in await inner.FindAsync([.. reports.Select(static r => r.PredictionId).Distinct()], cancellationToken).ConfigureAwait(false))
        {
            known[prediction.Id] = prediction;
        }

        // A prediction that is there already is left as it is.
        foreach (KeptPrediction prediction in written)
        {
            known.TryAdd(prediction.Id, prediction);
        }

        return known;
    }

    private async ValueTask<TimedReport?> SealAsync(TimedReport report, KeptPrediction prediction, CancellationToken cancellationToken)
    {
        if (prediction.Sealed.IsEmpty)
        {
            return report;
        }

        byte[]? value = await keys.ProtectLikeAsync(prediction.Sealed, ContextOf(report.PredictionId, report.Row, report.Name), ValueCodec.Encode([report.Value]), cancellationToken).ConfigureAwait(false);
        return value is null ? null : report with { Value = FeedbackValue.OfStored(Convert.ToBase64String(value)) };
    }

    private async ValueTask<WrittenReport> OpenAsync(WrittenReport written, TimedReport report, CancellationToken cancellationToken)
    {
        if (written.Prediction is not { } prediction)
        {
            return written;
        }

        KeptPrediction? open = await OpenAsync(prediction, cancellationToken).ConfigureAwait(false);
        FeedbackValue? replaced = written.Replaced is { } old ? await OpenAsync(prediction.Sealed, report.PredictionId, report.Row, report.Name, old, cancellationToken).ConfigureAwait(false) : null;
        return open is null ? new WrittenReport(FeedbackAnswer.Unknown) : written with { Prediction = open, Replaced = replaced };
    }

    private async ValueTask<KeptPrediction?> OpenAsync(KeptPrediction prediction, CancellationToken cancellationToken)
    {
        if (prediction.Sealed.IsEmpty)
        {
            return prediction;
        }

        byte[]? values = await UnprotectAsync(ContextOf(prediction.Id), prediction.Sealed, cancellationToken).ConfigureAwait(false);
        return values is null ? null : prediction.WithValues(ValueCodec.Decode(values), default);
    }

    private async ValueTask<FeedbackValue?> OpenAsync(ReadOnlyMemory<byte> prediction, Guid id, int row, string name, FeedbackValue value, CancellationToken cancellationToken)
    {
        if (prediction.IsEmpty)
        {
            return value;
        }

        byte[] bytes = new byte[(value.Text?.Length ?? 0) * 3 / 4];
        if (value.Text is not { } text || !Convert.TryFromBase64String(text, bytes, out int count))
        {
            throw new FeedbackStoreException($"The report '{name}' of prediction {id}: expected an encrypted value, got another. Restore the store from a backup, or erase the prediction.");
        }

        byte[]? plain = await UnprotectAsync(ContextOf(id, row, name), bytes.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
        return plain is null ? (FeedbackValue?)null : ValueCodec.Decode(plain) is [var only] ? only : throw new FeedbackStoreException($"The report '{name}' of prediction {id} is damaged. Restore the store from a backup, or erase the prediction.");
    }

    private async ValueTask<byte[]?> UnprotectAsync(byte[] context, ReadOnlyMemory<byte> entry, CancellationToken cancellationToken)
    {
        try
        {
            return await keys.UnprotectAsync(context, entry, cancellationToken).ConfigureAwait(false);
        }
        catch (KeyException exception)
        {
            throw new FeedbackStoreException($"The store of feedback: {exception.Message}", exception);
        }
    }

    private static byte[] ContextOf(Guid prediction) => [.. "feedback prediction\0"u8, .. prediction.ToByteArray(bigEndian: true)];

    private static byte[] ContextOf(Guid prediction, int row, string name)
    {
        Span<byte> place = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(place, row);
        return [.. "feedback report\0"u8, .. prediction.ToByteArray(bigEndian: true), .. place, .. Encoding.UTF8.GetBytes(name)];
    }
}
