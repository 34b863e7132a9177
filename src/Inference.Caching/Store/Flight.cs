namespace Inference.Caching.Store;

/// <summary>A unit that one call is computing while others may wait for it.</summary>
/// <param name="draft">The entry that will be completed.</param>
internal sealed class Flight(CacheEntry draft)
{
    private readonly TaskCompletionSource<CacheEntry?> _landed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The entry that will be completed.</summary>
    public CacheEntry Draft { get; } = draft;

    /// <summary>Whether the call that computes it does so on its own thread and needs no other thread.</summary>
    public bool IsSynchronous { get; } = SynchronousCall.IsCurrent;

    /// <summary>The completed entry; null if the call gave up, so that the waiting calls have to compute it themselves.</summary>
    public Task<CacheEntry?> Landed => _landed.Task;

    /// <summary>Ends the flight for the waiting calls: landed, given up, or with an error that would affect them too.</summary>
    public void End(bool landed, Exception? error)
    {
        if (error is null)
        {
            _landed.TrySetResult(landed ? Draft : null);
            return;
        }

        _landed.TrySetException(error);

        // Nobody may be waiting; the leader's own caller gets the error.
        _ = _landed.Task.Exception;
    }
}
