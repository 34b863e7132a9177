namespace Inference.Caching.Store;

/// <summary>A unit that one call is getting answered while others may wait for it.</summary>
internal sealed class Flight(CacheEntry draft)
{
    private readonly TaskCompletionSource<CacheEntry?> _landed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The entry that will be completed.</summary>
    public CacheEntry Draft { get; } = draft;

    /// <summary>The completed entry; null where the call gave up, so that those who wait have to help themselves.</summary>
    public Task<CacheEntry?> Landed => _landed.Task;

    /// <summary>Ends it for those who wait: landed, given up, or with an error that would befall them too.</summary>
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
