using System.Runtime.CompilerServices;
using Inference.Feedback;
using Inference.Security;

namespace Inference.Monitoring.Feedback;

/// <summary>What is kept of subjects and tenants: erased and exported.</summary>
internal sealed partial class ModelFeedback : IErasable, IExportable, ISubjectHash
{
    public string HashOf(string name) => _hashSubject(name);

    public async ValueTask<ErasureReport> EraseAsync(DataOwner owner, CancellationToken cancellationToken = default)
    {
        owner.ThrowIfNotOne();
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        DataOwner hash = HashOf(owner);
        int exemplars = 0;
        (long predictions, long reports) = await _writer.CallAsync(async () =>
        {
            // The key first: even if the store does not answer, what it holds is erased.
            if (_keys is { } keys)
            {
                await keys.DestroyAsync(owner, CancellationToken.None).ConfigureAwait(false);
            }

            // Between writes: a prediction that is on its way is either here or in the store.
            (long, long) erased = await _writer.EraseAsync(hash).ConfigureAwait(false);
            exemplars = _exemplars?.Erase(hash) ?? 0;
            return erased;
        }).WaitAsync(cancellationToken).ConfigureAwait(false);
        ErasureReport? below = _inner.GetService<IErasable>() is { } inner ? await inner.EraseAsync(owner, cancellationToken).ConfigureAwait(false) : null;
        return new ErasureReport(owner, predictions, reports, exemplars).With(below);
    }

    public async IAsyncEnumerable<HeldRecord> ExportAsync(DataOwner owner, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        owner.ThrowIfNotOne();
        DataOwner hash = HashOf(owner);
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        await foreach (KeptPrediction prediction in _store.ReadPredictionsAsync(DateTimeOffset.MinValue, DateTimeOffset.MaxValue, cancellationToken).ConfigureAwait(false))
        {
            for (int row = 0; row < prediction.Rows && prediction.IsOf(hash) && (row == 0 || !prediction.Row(row).IsEmpty); row++)
            {
                yield return new HeldRecord("prediction", ModelName, prediction.Id, prediction.At, row, ValuesOf(prediction, row));
            }
        }

        await foreach (JoinedOutcome outcome in _store.ReadJoinedAsync(DateTimeOffset.MinValue, DateTimeOffset.MaxValue, cancellationToken).ConfigureAwait(false))
        {
            if (outcome.Prediction.IsOf(hash))
            {
                yield return new HeldRecord("report", ModelName, outcome.PredictionId, outcome.ReportedAt, outcome.Row, new Dictionary<string, FeedbackValue> { [outcome.Name] = outcome.Value });
            }
        }

        if (_inner.GetService<IExportable>() is { } below)
        {
            await foreach (HeldRecord record in below.ExportAsync(owner, cancellationToken).ConfigureAwait(false))
            {
                yield return record;
            }
        }
    }

    private DataOwner HashOf(DataOwner owner) => new(owner.Tenant is { } tenant ? HashOf(tenant) : null, owner.Subject is { } subject ? HashOf(subject) : null);

    private static Dictionary<string, FeedbackValue> ValuesOf(KeptPrediction prediction, int row)
    {
        var values = new Dictionary<string, FeedbackValue>(StringComparer.Ordinal);
        ReadOnlySpan<FeedbackValue> kept = prediction.Row(row);
        for (int i = 0; i < kept.Length; i++)
        {
            values[prediction.Columns.Names[i]] = kept[i];
        }

        return values;
    }
}
