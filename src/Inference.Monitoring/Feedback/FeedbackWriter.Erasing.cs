using Inference.Security;

namespace Inference.Monitoring.Feedback;

internal sealed partial class FeedbackWriter
{
    /// <summary>Removes what is kept of a subject or a tenant, here and in the store. Called between writes.</summary>
    /// <param name="owner">The keyed hash of one of them.</param>
    public async Task<(long Predictions, long Reports)> EraseAsync(DataOwner owner)
    {
        TakePredictions();
        HashSet<Guid> erased = [.. _predictions.Where(p => p.IsOf(owner)).Select(static p => p.Id)];
        int held = 0;
        if (erased.Count > 0)
        {
            KeptPrediction[] left = [.. _predictions.Where(p => !p.IsOf(owner))];
            _predictions.Clear();
            _predictionBytes = left.Sum(static p => p.EstimateBytes());
            foreach (KeptPrediction prediction in left)
            {
                _predictions.Enqueue(prediction);
            }

            held = _held.Remove(erased);
            Interlocked.Add(ref _waiting, -held);
            Volatile.Write(ref _pending, _predictions.Count);
        }

        try
        {
            (long predictions, long reports) = await GuardAsync(async (store, token) =>
            {
                if (!_open)
                {
                    await store.OpenAsync(token).ConfigureAwait(false);
                }

                return await store.EraseAsync(owner, token).ConfigureAwait(false);
            }).ConfigureAwait(false);
            return (predictions + erased.Count, reports + held);
        }
        catch (Exception exception) when (exception is not InferenceException)
        {
            throw new FeedbackStoreException($"Model '{_setup.Model}': the store of feedback could not erase: {exception.Message} Repeat the erasure once it answers.", exception);
        }
    }
}
