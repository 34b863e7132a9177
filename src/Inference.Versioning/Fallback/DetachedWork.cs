using Inference.Versioning.Running;

namespace Inference.Versioning.Fallback;

/// <summary>Runs attempts that may be detached when they exceed their time limit, and bounds how many detached attempts still run.</summary>
internal sealed class DetachedWork(TimeProvider clock, Action<int> changed)
{
    // A thread that waits for its call leaves the attempt to the pool this long, and then starts a thread for it: the pool may be full of threads that wait.
    private static readonly TimeSpan s_grace = TimeSpan.FromMilliseconds(1);
    private readonly Dictionary<string, int> _byVersion = new(StringComparer.Ordinal);
    private int _running;

    /// <summary>Detached attempts that still run.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Detached attempts that still run on a version.</summary>
    public int RunningOn(string version)
    {
        if (Running == 0)
        {
            return 0;
        }

        lock (_byVersion)
        {
            return _byVersion.GetValueOrDefault(version);
        }
    }

    /// <summary>Runs an attempt for a limited time.</summary>
    /// <param name="target">The target that runs it.</param>
    /// <param name="inputs">Retained for the attempt.</param>
    /// <param name="context">The attempt's own context, because it may be written to after the call has ended.</param>
    /// <param name="failedVersion">See <see cref="FallbackTarget.RunAsync"/>.</param>
    /// <param name="limit">The time limit; owned.</param>
    /// <param name="max">The maximum number of detached attempts on a version. If as many run, the attempt is awaited instead.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    /// <exception cref="AttemptTimeoutException">The time limit passed; the attempt was detached.</exception>
    public async ValueTask<NamedValues> RunAsync(FallbackTarget target, NamedValues inputs, RunContext context, string? failedVersion, AttemptLimit limit, int max, CancellationToken cancellationToken)
    {
        // Disposed by whoever observes the end of the attempt; not 'using', because the attempt may outlive this method.
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        NamedValues retained = inputs.Retain();
        Task<NamedValues> attempt = Start(() => target.RunAsync(retained, context, failedVersion, stop.Token));
        bool detached = false;
        string? version = null;
        try
        {
            WaitHere(attempt, limit.Time, cancellationToken);
            return await attempt.WaitAsync(limit.Time, clock, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException && !attempt.IsCompleted && TryTake(max, version = context.Record.VersionServed))
        {
            detached = true;
            await StopAsync(exception, limit, stop).ConfigureAwait(false);
            _ = ReapAsync(attempt, retained, limit, stop, version);
            if (cancellationToken.IsCancellationRequested)
            {
                throw;
            }

            throw TooSlow(target, limit.Time);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException && !attempt.IsCompleted)
        {
            // The limit of detached attempts is reached: this one is awaited, which holds its caller back.
            await StopAsync(exception, limit, stop).ConfigureAwait(false);
            return await WaitOutAsync(attempt, target, limit, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException) when (attempt.IsCompleted)
        {
            // It ended at the same moment.
            return await attempt.ConfigureAwait(false);
        }
        finally
        {
            if (!detached)
            {
                retained.Dispose();
                limit.Dispose();
                stop.Dispose();
            }
        }
    }

    // On the pool: a provider that completes synchronously would keep this thread, and no timer could interrupt it.
    private static Task<NamedValues> Start(Func<ValueTask<NamedValues>> run)
    {
        if (!SynchronousCall.IsCurrent)
        {
            return Task.Run(() => run().AsTask(), CancellationToken.None);
        }

        int taken = 0;
        var isTaken = new ManualResetEventSlim();
        Task<NamedValues> attempt = Task.Run(
            () =>
            {
                if (Interlocked.Exchange(ref taken, 1) != 0)
                {
                    return Task.FromResult<NamedValues>(null!);
                }

                isTaken.Set();
                return run().AsTask();
            },
            CancellationToken.None);
        return isTaken.Wait(s_grace) || Interlocked.Exchange(ref taken, 1) != 0 ? attempt : StartThread(run);
    }

    // Never on the caller's thread: a model that keeps it would keep the caller beyond its limit.
    private static Task<NamedValues> StartThread(Func<ValueTask<NamedValues>> run)
    {
        var completion = new TaskCompletionSource<NamedValues>();
        var thread = new Thread(() =>
        {
            try
            {
                completion.SetResult(SynchronousCall.Run(static run => run(), run));
            }
            catch (OperationCanceledException exception)
            {
                completion.SetCanceled(exception.CancellationToken);
            }
#pragma warning disable CA1031 // The caller gets it.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                completion.SetException(exception);
            }
        })
        {
            IsBackground = true, Name = "inference-attempt",
        };
        thread.Start();
        return completion.Task;
    }

    // A thread that waits for its call waits here, as a continuation would need a thread of the pool.
    private void WaitHere(Task attempt, TimeSpan time, CancellationToken cancellationToken)
    {
        if (!SynchronousCall.IsCurrent || !ReferenceEquals(clock, TimeProvider.System))
        {
            return;
        }

        try
        {
            if (!attempt.Wait(time, cancellationToken))
            {
                throw new TimeoutException();
            }
        }
        catch (AggregateException)
        {
            // It failed, which whoever awaits it observes.
        }
    }

    // The limit is signalled first, so that the run can tell why it is cancelled.
    private static async ValueTask StopAsync(Exception why, AttemptLimit limit, CancellationTokenSource stop)
    {
        bool waits = !SynchronousCall.IsCurrent;
        Task passed = why is TimeoutException ? limit.PassAsync() : Task.CompletedTask;
        if (waits)
        {
            await passed.ConfigureAwait(false);
        }

        Task stopped = stop.CancelAsync();
        if (waits)
        {
            await stopped.ConfigureAwait(false);
        }
    }

    private async ValueTask<NamedValues> WaitOutAsync(Task<NamedValues> attempt, FallbackTarget target, AttemptLimit limit, CancellationToken cancellationToken)
    {
        try
        {
            WaitHere(attempt, Timeout.InfiniteTimeSpan, CancellationToken.None);
            return await attempt.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw TooSlow(target, limit.Time);
        }
    }

    private static AttemptTimeoutException TooSlow(FallbackTarget target, TimeSpan limit) =>
        new($"Fallback target '{target.Name}' did not answer within {limit}. Raise AttemptTimeout, or use a faster model.");

    // A version whose runs never end must not keep the others from being tried.
    private bool TryTake(int max, string? version)
    {
        lock (_byVersion)
        {
            int running = _byVersion.GetValueOrDefault(version ?? "");
            if (running >= max)
            {
                return false;
            }

            _byVersion[version ?? ""] = running + 1;
            Volatile.Write(ref _running, _running + 1);
        }

        changed(1);
        return true;
    }

    private void Free(string? version)
    {
        changed(-1);
        lock (_byVersion)
        {
            int running = _byVersion[version ?? ""] - 1;
            if (running == 0)
            {
                _byVersion.Remove(version ?? "");
            }
            else
            {
                _byVersion[version ?? ""] = running;
            }

            Volatile.Write(ref _running, _running - 1);
        }
    }

    private async Task ReapAsync(Task<NamedValues> attempt, NamedValues retained, AttemptLimit limit, CancellationTokenSource stop, string? version)
    {
        await ((Task)attempt).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (attempt.IsCompletedSuccessfully)
        {
            (await attempt.ConfigureAwait(false)).Dispose();
        }

        retained.Dispose();
        limit.Dispose();
        stop.Dispose();
        Free(version);
    }
}
