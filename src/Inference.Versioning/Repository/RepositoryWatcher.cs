using Inference.Versioning.Telemetry;

namespace Inference.Versioning.Repository;

/// <summary>Reconciles the repository when the file system notifies a change, and on a timer as a backstop; continues after a failure.</summary>
internal sealed class RepositoryWatcher : IAsyncDisposable
{
    // The interval at which writing of unwritten decisions is retried.
    private static readonly TimeSpan s_writeAgain = TimeSpan.FromSeconds(1);

    private readonly RepositoryController _controller;
    private readonly FileSystemWatcher? _files;
    private readonly Task _loop;
    private TaskCompletionSource _signal = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts watching.</summary>
    public RepositoryWatcher(RepositoryController controller)
    {
        _controller = controller;
        _files = TryWatch();
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Signals that the repository may have changed.</summary>
    public void Signal() => Volatile.Read(ref _signal).TrySetResult();

    /// <summary>Stops; the controller's token must have been cancelled.</summary>
    public async ValueTask DisposeAsync()
    {
        _files?.Dispose();
        await _loop.ConfigureAwait(false);
    }

    private FileSystemWatcher? TryWatch()
    {
        FileSystemWatcher? files = null;
        try
        {
            files = new FileSystemWatcher(_controller.Setup.Root)
            {
                IncludeSubdirectories = true,
                NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size,
            };
            files.Created += (_, _) => Signal();
            files.Changed += (_, _) => Signal();
            files.Deleted += (_, _) => Signal();
            files.Renamed += (_, _) => Signal();
            // An overflow means that events were lost, not that there were none.
            files.Error += (_, _) => Signal();
            files.EnableRaisingEvents = true;
            return files;
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            files?.Dispose();
            VersioningLog.NotWatching(_controller.Setup.Logger, _controller.ModelName, _controller.Setup.Root, exception.Message, _controller.Options.PollInterval);
            return null;
        }
    }

    private async Task RunAsync()
    {
        CancellationToken closing = _controller.Closing;
        TimeSpan next = _controller.Options.PollInterval;
        try
        {
            while (true)
            {
                bool signalled = await WaitAsync(next, closing).ConfigureAwait(false);
                TimeSpan debounce = _controller.Options.Debounce;
                if (signalled && debounce > TimeSpan.Zero)
                {
                    // A publication is a burst of events: reconcile once, after it.
                    await Task.Delay(debounce, _controller.Setup.Clock, closing).ConfigureAwait(false);
                }

                Volatile.Write(ref _signal, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
                TimeSpan poll = _controller.Options.PollInterval;
                next = await LookAsync(closing).ConfigureAwait(false) ? debounce : _controller.HasUnwritten && poll > s_writeAgain ? s_writeAgain : poll;
            }
        }
        catch (OperationCanceledException) when (closing.IsCancellationRequested)
        {
            // Closing.
        }
    }

    private async ValueTask<bool> LookAsync(CancellationToken closing)
    {
        try
        {
            return await _controller.ReconcileAsync(now: false, closing).ConfigureAwait(false);
        }
        catch (Exception exception) when (!closing.IsCancellationRequested)
        {
            VersioningLog.RefreshFailed(_controller.Setup.Logger, _controller.ModelName, exception.Message);
            return false;
        }
    }

    private async ValueTask<bool> WaitAsync(TimeSpan limit, CancellationToken closing)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(closing);
        Task signal = Volatile.Read(ref _signal).Task;
        Task timer = Task.Delay(limit, _controller.Setup.Clock, done.Token);
        Task first = await Task.WhenAny(signal, timer).ConfigureAwait(false);
        await done.CancelAsync().ConfigureAwait(false);
        closing.ThrowIfCancellationRequested();
        return first == signal;
    }
}
