using Inference.Remote.Transport;
using Inference.Remote.Wire;

namespace Inference.Remote.Endpoints;

/// <summary>The attempts of calls: which servers, again where nothing ran, and a second one where an answer takes long.</summary>
internal sealed class CallAttempts(EndpointSet endpoints, RemoteModelOptions options, TimeProvider clock)
{
    // The wait before a further attempt where all servers were tried, doubled with each and varied by half, so that callers do not come back together.
    private static readonly TimeSpan s_firstWait = TimeSpan.FromMilliseconds(10);

    /// <summary>Runs a call.</summary>
    /// <param name="call">The call.</param>
    /// <param name="deadline">When it must be answered.</param>
    /// <param name="isOfCaller">Whether the deadline is the caller's, and earlier than the options allow.</param>
    /// <param name="cancellationToken">Cancelled at the deadline, or by the caller.</param>
    /// <returns>The answer and the server that gave it.</returns>
    /// <exception cref="InferenceException">It failed.</exception>
    public async ValueTask<(InferReply Reply, Endpoint Endpoint)> RunAsync(InferCall call, DateTimeOffset deadline, bool isOfCaller, CancellationToken cancellationToken)
    {
        var tried = new List<Endpoint>(1);
        for (int attempt = 1; ; attempt++)
        {
            Endpoint endpoint = endpoints.Choose(tried);
            try
            {
                return options.HedgeAfter is { } hedge && endpoints.All.Count > 1
                    ? await HedgeAsync(call, endpoint, hedge, tried, deadline, isOfCaller, cancellationToken).ConfigureAwait(false)
                    : (await AttemptAsync(call, endpoint, deadline, isOfCaller, cancellationToken).ConfigureAwait(false), endpoint);
            }
            catch (TransportException exception)
            {
                tried.Add(endpoint);
                if (!exception.NothingRan || attempt >= options.MaxAttempts || !await MayRetryAsync(tried, attempt, exception, deadline, cancellationToken).ConfigureAwait(false))
                {
                    throw exception.ToCaller(endpoint.Address, call.Model);
                }
            }
        }
    }

    private async ValueTask<bool> MayRetryAsync(List<Endpoint> tried, int attempt, TransportException failure, DateTimeOffset deadline, CancellationToken cancellationToken)
    {
        if (endpoints.HasOther(tried))
        {
            return true;
        }

        TimeSpan wait = s_firstWait * (1 << (attempt - 1)) * (0.5 + Random.Shared.NextDouble());
        if (failure.RetryAfter is { } asked && asked > wait)
        {
            wait = asked;
        }

        if (clock.GetUtcNow() + wait >= deadline)
        {
            return false;
        }

        await Task.Delay(wait, clock, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async ValueTask<InferReply> AttemptAsync(InferCall call, Endpoint endpoint, DateTimeOffset deadline, bool isOfCaller, CancellationToken cancellationToken)
    {
        TimeSpan left = deadline - clock.GetUtcNow();
        bool? failed = null;
        endpoint.Begin();
        try
        {
            InferReply reply = await endpoint.Transport.InferAsync(call, left > TimeSpan.Zero ? left : TimeSpan.FromMicroseconds(1), cancellationToken).ConfigureAwait(false);
            failed = false;
            return reply;
        }
        catch (TransportException exception)
        {
            failed = exception.IsOfServer;
            throw;
        }
        catch (OperationCanceledException) when (!isOfCaller && clock.GetUtcNow() >= deadline)
        {
            // No answer within the time that the options allow, which is not the caller's.
            failed = true;
            throw;
        }
        catch (ModelRunException)
        {
            // An answer that cannot be read.
            failed = true;
            throw;
        }
        finally
        {
            endpoint.End(failed);
        }
    }

    private async ValueTask<(InferReply Reply, Endpoint Endpoint)> HedgeAsync(
        InferCall call, Endpoint first, TimeSpan hedge, List<Endpoint> tried, DateTimeOffset deadline, bool isOfCaller, CancellationToken cancellationToken)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<InferReply> one = AttemptAsync(call, first, deadline, isOfCaller, both.Token).AsTask();
        Task delay = Task.Delay(hedge, clock, waiting.Token);
        if (await Task.WhenAny(one, delay).ConfigureAwait(false) == one)
        {
            await waiting.CancelAsync().ConfigureAwait(false);
            return (await one.ConfigureAwait(false), first);
        }

        Endpoint second = endpoints.Choose([.. tried, first]);
        if (second == first || cancellationToken.IsCancellationRequested)
        {
            return (await one.ConfigureAwait(false), first);
        }

        Task<InferReply> other = AttemptAsync(call, second, deadline, isOfCaller, both.Token).AsTask();
        Task<InferReply> winner = await Task.WhenAny(one, other).ConfigureAwait(false);
        Task<InferReply> loser = winner == one ? other : one;
        if (!winner.IsCompletedSuccessfully)
        {
            // The first to end failed: the other one may still answer, and says otherwise why the call failed.
            (winner, loser) = (loser, winner);
            await Task.WhenAny(winner).ConfigureAwait(false);
        }

        await both.CancelAsync().ConfigureAwait(false);

        // Both use the caller's inputs, so the call does not end before either has.
        await Task.WhenAny(loser).ConfigureAwait(false);
        if (!winner.IsCompletedSuccessfully)
        {
            // Neither answered: the call may be attempted again only if the model ran for neither.
            tried.Add(second);
            (winner, loser) = MayHaveRun(one) ? (one, other) : (other, one);
            _ = loser.Exception;
        }
        else if (loser.IsCompletedSuccessfully)
        {
            InferReply unused = await loser.ConfigureAwait(false);
            unused.Outputs.Dispose();
        }
        else
        {
            _ = loser.Exception;
        }

        return (await winner.ConfigureAwait(false), winner == one ? first : second);
    }

    private static bool MayHaveRun(Task task) => task.Exception?.InnerException is { } exception && exception is not TransportException { NothingRan: true };
}
