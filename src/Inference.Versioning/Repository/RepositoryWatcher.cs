using Inference.Versioning.Telemetry;
using Inference.Versioning.Watching;

namespace Inference.Versioning.Repository;

/// <summary>Reconciles the repository when the file system notifies a change, and on a timer as a backstop; continues after a failure.</summary>
internal sealed class RepositoryWatcher : IAsyncDisposable
{
    // The interval at which writing of unwritten decisions and watching of an unwatched directory are retried.
    private static readonly TimeSpan s_tryAgain = TimeSpan.FromSeconds(1);

    // The maximum number of scans during one debounce time. A scan lists names and times, about 50 µs per version.
    private const int ScansInDebounce = 5;

    private readonly RepositoryController _controller;
    private readonly DirectoryWatch _files;
    private string? _problem;
    private readonly Task _loop;
    private TaskCompletionSource _signal = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts watching.</summary>
    public RepositoryWatcher(RepositoryController controller)
    {
        _controller = controller;
        _files = DirectoryWatch.Start(controller.Setup.Root, Signal);
        TellProblem();
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Signals that the repository may have changed.</summary>
    public void Signal() => Volatile.Read(ref _signal).TrySetResult();

    /// <summary>Stops; the controller's token must have been cancelled.</summary>
    public async ValueTask DisposeAsync()
    {
        _files.Dispose();
        await _loop.ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        CancellationToken closing = _controller.Closing;
        TimeSpan next = _controller.Options.PollInterval;
        bool unsettled = false;
        long? last = null;
        try
        {
            while (true)
            {
                TimeSpan debounce = _controller.Options.Debounce;
                if (unsettled)
                {
                    // The next scan finds by their stamps whether files are still changing; events are not needed until then.
                    await Task.Delay(next, _controller.Setup.Clock, closing).ConfigureAwait(false);
                }
                else if (await WaitAsync(next, closing).ConfigureAwait(false) && last is { } before && debounce / ScansInDebounce - _controller.Setup.Clock.GetElapsedTime(before) is { Ticks: > 0 } rest)
                {
                    // A publication causes a burst of events: the first is handled at once, the others in groups.
                    await Task.Delay(rest, _controller.Setup.Clock, closing).ConfigureAwait(false);
                }

                last = _controller.Setup.Clock.GetTimestamp();
                Volatile.Write(ref _signal, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
                TimeSpan poll = _controller.Options.PollInterval;
                if (_files.Problem is not null)
                {
                    // Changes made before it is watched again are read below.
                    _files.TryRearm();
                }

                TellProblem();
                unsettled = await LookAsync(closing).ConfigureAwait(false);
                next = unsettled ? debounce / ScansInDebounce : (_controller.HasUnwritten || _files.Problem is not null) && poll > s_tryAgain ? s_tryAgain : poll;
            }
        }
        catch (OperationCanceledException) when (closing.IsCancellationRequested)
        {
            // Closing.
        }
    }

    private void TellProblem()
    {
        string? problem = _files.Problem;
        if (problem is not null && problem != _problem)
        {
            VersioningLog.NotWatching(_controller.Setup.Logger, _controller.ModelName, _controller.Setup.Root, problem, _controller.Options.PollInterval);
        }

        _problem = problem;
        _controller.WatchTrouble = problem is null ? null : $"Changes of the repository are not notified ({problem}); it is polled.";
    }

    private async ValueTask<bool> LookAsync(CancellationToken closing)
    {
        try
        {
            bool unsettled = await _controller.ReconcileAsync(now: false, closing).ConfigureAwait(false);
            _controller.RepositoryTrouble = null;
            return unsettled;
        }
        catch (Exception exception) when (!closing.IsCancellationRequested)
        {
            if (_controller.RepositoryTrouble != exception.Message)
            {
                VersioningLog.RefreshFailed(_controller.Setup.Logger, _controller.ModelName, exception.Message);
            }

            _controller.RepositoryTrouble = exception.Message;
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
