using Inference.Versioning.Folders;
using Inference.Versioning.Measuring;

namespace Inference.Versioning.Leasing;

/// <summary>
/// A loaded version and its reference count: one reference for the repository while the version is needed, one for each call. When the last is released, the
/// runner is disposed on the thread pool, never before. A count that reached zero never rises again.
/// </summary>
internal sealed class VersionSlot
{
    private readonly TaskCompletionSource _unloaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<VersionSlot, Exception?> _onUnloaded;
    private int _references = 1;
    private int _retired;
    private long _calls;

    /// <param name="folder">The folder it was loaded from.</param>
    /// <param name="runner">The runner with the per-version stages around it; owned.</param>
    /// <param name="onUnloaded">Called once, after the runner was disposed, with the error of the disposal, if any.</param>
    /// <param name="timer">What measures the model inside the stages; null for nothing.</param>
    public VersionSlot(VersionFolder folder, IModelRunner runner, Action<VersionSlot, Exception?> onUnloaded, ModelTimer? timer = null)
    {
        Timer = timer;
        Folder = folder;
        Runner = runner;
        Info = runner.Info;
        _onUnloaded = onUnloaded;
    }

    public VersionFolder Folder { get; }

    public IModelRunner Runner { get; }

    /// <summary>What measures the model inside the stages; null for nothing.</summary>
    public ModelTimer? Timer { get; }

    public ModelInfo Info { get; }

    public string Version => Folder.Version;

    /// <summary>The number of calls that hold a lease.</summary>
    public int InFlight => Math.Max(0, Volatile.Read(ref _references) - (Volatile.Read(ref _retired) == 0 ? 1 : 0));

    /// <summary>The number of leases taken so far.</summary>
    public long Calls => Volatile.Read(ref _calls);

    public bool IsRetired => Volatile.Read(ref _retired) != 0;

    /// <summary>Completes when the runner has been disposed.</summary>
    public Task Unloaded => _unloaded.Task;

    /// <summary>Takes a lease; false if the version is being unloaded: read the routing table again.</summary>
    public bool TryAcquire()
    {
        int count = Volatile.Read(ref _references);
        while (count > 0)
        {
            int seen = Interlocked.CompareExchange(ref _references, count + 1, count);
            if (seen == count)
            {
                Interlocked.Increment(ref _calls);
                return true;
            }

            count = seen;
        }

        return false;
    }

    /// <summary>Releases a lease.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0)
        {
            // Not on the caller's thread: unloading a large model takes longer than a call should.
            ThreadPool.UnsafeQueueUserWorkItem(static slot => _ = slot.UnloadAsync(), this, preferLocal: false);
        }
    }

    /// <summary>Releases the repository's own reference, once. Publish a routing table without this version first.</summary>
    public void Retire()
    {
        if (Interlocked.Exchange(ref _retired, 1) == 0)
        {
            Release();
        }
    }

    private async Task UnloadAsync()
    {
        Exception? error = null;
        try
        {
            await Runner.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            error = exception;
        }

        try
        {
            _onUnloaded(this, error);
        }
        finally
        {
            _unloaded.TrySetResult();
        }
    }
}
