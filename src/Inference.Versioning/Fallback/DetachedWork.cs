using Inference.Versioning.Running;

namespace Inference.Versioning.Fallback;

/// <summary>Runs attempts that may be left alone when they take too long, and bounds how many of those still run.</summary>
internal sealed class DetachedWork(TimeProvider clock, Action<int> changed)
{
    private int _running;

    /// <summary>Attempts left alone that still run.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Runs an attempt for a limited time.</summary>
    /// <param name="target">Who runs it.</param>
    /// <param name="inputs">Retained for the attempt.</param>
    /// <param name="context">The attempt's own, as it may be written to after the call has ended.</param>
    /// <param name="failedVersion">See <see cref="FallbackTarget.RunAsync"/>.</param>
    /// <param name="limit">The time it has; owned.</param>
    /// <param name="max">Attempts left alone at most. When as many run, the attempt is waited for after all.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <exception cref="AttemptTimeoutException">The time passed; the attempt was left alone.</exception>
    public async ValueTask<NamedValues> RunAsync(FallbackTarget target, NamedValues inputs, RunContext context, string? failedVersion, AttemptLimit limit, int max, CancellationToken cancellationToken)
    {
        // Disposed by whoever sees the attempt end; not 'using', as the attempt may outlive this method.
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        NamedValues retained = inputs.Retain();
        // A provider that completes synchronously would keep this thread, and no timer could help.
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
            // As many attempts as may are left alone already: this one is waited for, which holds its caller back.
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

    // The limit is told first: what stops is to know why.
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
        new($"Fallback target '{target.Name}' did not answer within {limit}. Raise the limit, or make the model faster.");

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
