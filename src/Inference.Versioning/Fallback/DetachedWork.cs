using Inference.Versioning.Running;

namespace Inference.Versioning.Fallback;

/// <summary>Runs attempts that may be detached when they exceed their time limit, and bounds how many detached attempts still run.</summary>
internal sealed class DetachedWork(TimeProvider clock, Action<int> changed)
{
    private int _running;

    /// <summary>Detached attempts that still run.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Runs an attempt for a limited time.</summary>
    /// <param name="target">The target that runs it.</param>
    /// <param name="inputs">Retained for the attempt.</param>
    /// <param name="context">The attempt's own context, because it may be written to after the call has ended.</param>
    /// <param name="failedVersion">See <see cref="FallbackTarget.RunAsync"/>.</param>
    /// <param name="limit">The time limit; owned.</param>
    /// <param name="max">The maximum number of detached attempts. If as many run, the attempt is awaited instead.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    /// <exception cref="AttemptTimeoutException">The time limit passed; the attempt was detached.</exception>
    public async ValueTask<NamedValues> RunAsync(FallbackTarget target, NamedValues inputs, RunContext context, string? failedVersion, AttemptLimit limit, int max, CancellationToken cancellationToken)
    {
        // Disposed by whoever observes the end of the attempt; not 'using', because the attempt may outlive this method.
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        NamedValues retained = inputs.Retain();
        // A provider that completes synchronously would keep this thread, and no timer could interrupt it.
        Task<NamedValues> attempt = Task.Run(() => target.RunAsync(retained, context, failedVersion, stop.Token).AsTask(), CancellationToken.None);
        bool detached = false;
        try
        {
            return await attempt.WaitAsync(limit.Time, clock, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException && !attempt.IsCompleted && TryTake(max))
        {
            detached = true;
            await StopAsync(exception, limit, stop).ConfigureAwait(false);
            _ = ReapAsync(attempt, retained, limit, stop);
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

    // The limit is signalled first, so that the run can tell why it is cancelled.
    private static async ValueTask StopAsync(Exception why, AttemptLimit limit, CancellationTokenSource stop)
    {
        if (why is TimeoutException)
        {
            await limit.PassAsync().ConfigureAwait(false);
        }

        await stop.CancelAsync().ConfigureAwait(false);
    }

    private static async ValueTask<NamedValues> WaitOutAsync(Task<NamedValues> attempt, FallbackTarget target, AttemptLimit limit, CancellationToken cancellationToken)
    {
        try
        {
            return await attempt.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw TooSlow(target, limit.Time);
        }
    }

    private static AttemptTimeoutException TooSlow(FallbackTarget target, TimeSpan limit) =>
        new($"Fallback target '{target.Name}' did not answer within {limit}. Raise AttemptTimeout, or use a faster model.");

    private bool TryTake(int max)
    {
        if (Interlocked.Increment(ref _running) <= max)
        {
            changed(1);
            return true;
        }

        Interlocked.Decrement(ref _running);
        return false;
    }

    private async Task ReapAsync(Task<NamedValues> attempt, NamedValues retained, AttemptLimit limit, CancellationTokenSource stop)
    {
        await ((Task)attempt).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (attempt.IsCompletedSuccessfully)
        {
            (await attempt.ConfigureAwait(false)).Dispose();
        }

        retained.Dispose();
        limit.Dispose();
        stop.Dispose();
        changed(-1);
        Interlocked.Decrement(ref _running);
    }
}
