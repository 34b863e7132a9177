using Inference.Orleans.Payloads;

namespace Inference.Orleans.Balancing;

/// <summary>
/// The attempts of calls: a refused call asks the next replica; a call without an answer asks whether its replica is still there, and is sent to another one if not. Thread-safe.
/// </summary>
internal sealed class ClusterCalls(string name, ReplicaSet replicas, ClusterModelOptions options, TimeProvider clock)
{
    // A lost attempt may still be answered, if what carries it is only slow. Further ones would only add load.
    private const int MostAtOnce = 3;

    /// <summary>Runs a call.</summary>
    /// <param name="call">The call.</param>
    /// <param name="context">The caller's; null for none.</param>
    /// <param name="cancellationToken">Cancelled by the caller, or at the end of the call's time.</param>
    /// <exception cref="OverloadedException">All replicas refused it.</exception>
    /// <exception cref="ClusterModelException">A silo was lost with it, and it may not be repeated.</exception>
    public async ValueTask<NamedValues> RunAsync(ReplicaCall call, RunContext? context, CancellationToken cancellationToken)
    {
        string? sequence = call.Settings?.SequenceId;
        var running = new List<Attempt>(1) { Attempt.Start(replicas.Choose(sequence, []), call, cancellationToken) };
        HashSet<ReplicaState>? refused = null;
        List<ReplicaState> tried = [];
        int attempts = 1;
        try
        {
            while (true)
            {
                if (await NextAsync(running, cancellationToken).ConfigureAwait(false) is not { } done)
                {
                    Attempt lost = running[^1];
                    await Task.WhenAny(lost.CheckAsync(options.AttemptTimeout, clock, cancellationToken), lost.Reply).ConfigureAwait(false);
                    if (!lost.IsLost || lost.Reply.IsCompleted)
                    {
                        continue;
                    }

                    RequireRetry(lost, null);
                    lost.Replica.Lost();
                    tried.Add(lost.Replica);
                    Limit(running);
                }
                else
                {
                    running.Remove(done);
                    if (await TakeAsync(done, cancellationToken).ConfigureAwait(false) is { } reply)
                    {
                        if (Answer(done, reply, context, attempts) is { } outputs)
                        {
                            return outputs;
                        }

                        if (reply.Kind == ReplyKind.Refused)
                        {
                            (refused ??= []).Add(done.Replica);
                        }
                        else
                        {
                            done.Replica.Failed();
                        }
                    }
                    else
                    {
                        done.Replica.Failed();
                    }

                    tried.Add(done.Replica);
                    if (running.Count > 0)
                    {
                        continue;
                    }

                    if (refused is not null && (sequence is not null || refused.Count >= replicas.Count))
                    {
                        throw new OverloadedException($"Model '{name}': expected one of {replicas.Count} replicas to take the call, got a refusal from each: as many calls as they take are running or waiting there. Retry later, raise MaxCallsPerModel, or add silos.");
                    }
                }

                ReplicaState next = replicas.Choose(sequence, tried);
                if (running.Count == 0 && next.Away is { Ticks: > 0 } away)
                {
                    await Task.Delay(away, clock, cancellationToken).ConfigureAwait(false);
                }

                running.Add(Attempt.Start(next, call, cancellationToken));
                attempts++;
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

    // Null if the call did not run.
    private NamedValues? Answer(Attempt attempt, ReplicaReply reply, RunContext? context, int attempts)
    {
        if (reply.Kind is ReplyKind.Refused or ReplyKind.Draining)
        {
            return null;
        }

        if (reply.Fault is { } fault)
        {
            throw fault.ToException();
        }

        if (context is not null)
        {
            context.Record.AddStep($"cluster:{attempt.Replica.Number}");
            if (attempts > 1)
            {
                context.Record.AddStep($"cluster:attempts:{attempts}");
            }

            reply.Record?.CopyTo(context.Record);
        }

        return reply.Outputs ?? throw new ModelRunException($"Model '{name}': expected outputs from replica {attempt.Replica.Number}, got none. Run the same version of Inference.Orleans everywhere.");
    }

    // Null if there was no answer in time.
    private async ValueTask<Attempt?> NextAsync(List<Attempt> running, CancellationToken cancellationToken)
    {
        Task any = running.Count == 1 ? running[0].Reply : Task.WhenAny(running.Select(static a => a.Reply));
        await any.WaitAsync(options.AttemptTimeout, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        return running.Find(static a => a.Reply.IsCompleted);
    }

    private static void Limit(List<Attempt> running)
    {
        if (running.Count == MostAtOnce)
        {
            running[0].Abandon();
            running.RemoveAt(0);
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
            attempt.Release();
            return reply;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            attempt.Lose();
            cancellationToken.ThrowIfCancellationRequested();
            RequireRetry(attempt, exception);
            return null;
        }
    }

    private void RequireRetry(Attempt attempt, Exception? exception)
    {
        if (!options.Retry)
        {
            throw new ClusterModelException(
                $"Model '{name}': expected an answer from replica {attempt.Replica.Number}, got {(exception is null ? "none, and the replica is out of reach." : $"{exception.GetType().Name}: {exception.Message}")} The model may have run. Set Retry to repeat such calls.",
                exception) { MayHaveRun = true };
        }
    }
}
