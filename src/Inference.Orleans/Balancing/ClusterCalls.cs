using Inference.Orleans.Payloads;

namespace Inference.Orleans.Balancing;

/// <summary>
/// The attempts of calls: a refused call asks the next replica, a call without an answer is joined by one at another replica, and a call whose silo was lost is sent again. Thread-safe.
/// </summary>
internal sealed class ClusterCalls(string name, ReplicaSet replicas, ClusterModelOptions options, TimeProvider clock)
{
    // Further ones would only add load.
    private const int MostAtOnce = 3;

    // A call that takes as long as others did lately is not lost.
    private const int UsualTimes = 3;
    private const double Forget = 0.98;

    private long _slowest;

    private TimeSpan Patience
    {
        get
        {
            TimeSpan usual = clock.GetElapsedTime(0, Volatile.Read(ref _slowest)) * UsualTimes;
            return usual > options.AttemptTimeout ? usual : options.AttemptTimeout;
        }
    }

    /// <summary>Runs a call.</summary>
    /// <param name="call">The call.</param>
    /// <param name="context">The caller's; null for none.</param>
    /// <param name="cancellationToken">Cancelled by the caller, or at the end of the call's time.</param>
    /// <exception cref="OverloadedException">All replicas refused it.</exception>
    /// <exception cref="ClusterModelException">A silo was lost with it, and it may not be repeated.</exception>
    public async ValueTask<NamedValues> RunAsync(ReplicaCall call, RunContext? context, CancellationToken cancellationToken)
    {
        string? sequence = call.Settings?.SequenceId;
        var running = new List<Attempt>(1) { Attempt.Start(replicas.Choose(sequence, []), call, clock, cancellationToken) };
        HashSet<ReplicaState>? refused = null;
        List<ReplicaState> tried = [];
        int attempts = 1;
        try
        {
            while (true)
            {
                Attempt? done = await NextAsync(running, cancellationToken).ConfigureAwait(false);
                if (done is null)
                {
                    // Slow, or lost: another replica is asked as well.
                    tried.AddRange(running.Select(static a => a.Replica));
                    running.Add(Attempt.Start(replicas.Choose(sequence, tried), call, clock, cancellationToken));
                    attempts++;
                    continue;
                }

                running.Remove(done);
                if (await TakeAsync(done, cancellationToken).ConfigureAwait(false) is not { } reply)
                {
                    tried.Add(done.Replica);
                    done.Replica.Failed();
                }
                else if (reply.Kind == ReplyKind.Answered)
                {
                    context?.Record.AddStep($"cluster:{done.Replica.Number}");
                    if (attempts > 1)
                    {
                        context?.Record.AddStep($"cluster:attempts:{attempts}");
                    }

                    reply.Record?.CopyTo(context?.Record ?? new RunRecord());
                    return reply.Outputs ?? throw new ModelRunException($"Model '{name}': expected outputs from replica {done.Replica.Number}, got none. Run the same version of Inference.Orleans everywhere.");
                }
                else if (reply.Kind == ReplyKind.Refused)
                {
                    (refused ??= []).Add(done.Replica);
                    tried.Add(done.Replica);
                    if (running.Count == 0 && (sequence is not null || refused.Count >= replicas.Count))
                    {
                        throw new OverloadedException($"Model '{name}': expected one of {replicas.Count} replicas to take the call, got a refusal from each: as many calls as they take are running or waiting there. Retry later, raise MaxCallsPerModel, or add silos.");
                    }
                }
                else if (reply.Kind == ReplyKind.Draining)
                {
                    tried.Add(done.Replica);
                    done.Replica.Failed();
                }
                else
                {
                    throw reply.Fault!.ToException();
                }

                if (running.Count == 0)
                {
                    ReplicaState next = replicas.Choose(sequence, tried.Count < replicas.Count ? tried : []);
                    if (next.Away is { Ticks: > 0 } away)
                    {
                        await Task.Delay(away, clock, cancellationToken).ConfigureAwait(false);
                    }

                    running.Add(Attempt.Start(next, call, clock, cancellationToken));
                    attempts++;
                }
            }
        }
        finally
        {
            foreach (Attempt attempt in running)
            {
                attempt.Abandon();
            }
        }
    }

    // Null if there was none in time.
    private async ValueTask<Attempt?> NextAsync(List<Attempt> running, CancellationToken cancellationToken)
    {
        bool mayAdd = options.Retry && running.Count < MostAtOnce;
        try
        {
            if (running.Count == 1)
            {
                Task<ReplicaReply> reply = running[0].Reply;
                Task wait = mayAdd ? reply.WaitAsync(Patience, clock, cancellationToken) : reply.WaitAsync(cancellationToken);
                await wait.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();
                return reply.IsCompleted ? running[0] : null;
            }

            Task<Task<ReplicaReply>> any = Task.WhenAny(running.Select(static a => a.Reply));
            Task<ReplicaReply> first = await (mayAdd ? any.WaitAsync(Patience, clock, cancellationToken) : any.WaitAsync(cancellationToken)).ConfigureAwait(false);
            return running.First(a => a.Reply == first);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    // Null if the runtime failed. Replicas answer every call: what is thrown here is a failure on the way.
    private async ValueTask<ReplicaReply?> TakeAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        try
        {
            ReplicaReply reply = await attempt.Reply.ConfigureAwait(false);
            attempt.Replica.Heard(reply.Depth);
            replicas.Resize(reply.Replicas);
            long time = clock.GetTimestamp() - attempt.Began;
            Volatile.Write(ref _slowest, Math.Max(time, (long)(Volatile.Read(ref _slowest) * Forget)));
            attempt.Release();
            return reply;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            attempt.Lose();
            cancellationToken.ThrowIfCancellationRequested();
            if (!options.Retry)
            {
                throw new ClusterModelException($"Model '{name}': expected an answer from replica {attempt.Replica.Number}, got {exception.GetType().Name}: {exception.Message} The model may have run. Set Retry to repeat such calls.", exception) { MayHaveRun = true };
            }

            return null;
        }
    }
}
