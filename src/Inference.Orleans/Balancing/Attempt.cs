using Inference.Orleans.Payloads;

namespace Inference.Orleans.Balancing;

/// <summary>A call at one replica.</summary>
internal sealed class Attempt
{
    private readonly CancellationTokenSource _cancel;
    private readonly ReplicaCall _call;

    private Attempt(ReplicaState replica, ReplicaCall call, CancellationTokenSource cancel, Task<ReplicaReply> reply) => (Replica, _call, _cancel, Reply) = (replica, call, cancel, reply);

    public ReplicaState Replica { get; }

    /// <summary>Whether nobody is expected to answer it.</summary>
    public bool IsLost { get; private set; }

    public Task<ReplicaReply> Reply { get; }

    /// <summary>Sends a call.</summary>
    public static Attempt Start(ReplicaState replica, ReplicaCall call, CancellationToken cancellationToken)
    {
        var cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        replica.Begin();
        return new Attempt(replica, call, cancel, RunAsync(replica, call, cancel.Token));
    }

    /// <summary>Asks whether the replica has the call; if it does not say so in time, the call is lost: with its silo, or on the way there or back.</summary>
    public async Task CheckAsync(TimeSpan limit, TimeProvider clock, CancellationToken cancellationToken)
    {
        try
        {
            IsLost = !await Replica.Grain.HasAsync(_call.Id).WaitAsync(limit, clock, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            IsLost = true;
        }
    }

    /// <summary>Gives up: the silo is told, and what it still answers is disposed.</summary>
    public void Abandon()
    {
        _call.MayBeWritten();
        _cancel.Cancel();
        _ = Reply.ContinueWith(
            static (reply, cancel) =>
            {
                if (reply.IsCompletedSuccessfully)
                {
                    reply.Result.Outputs?.Dispose();
                }

                // An error was to be expected.
                _ = reply.Exception;
                ((CancellationTokenSource)cancel!).Dispose();
            },
            _cancel,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    /// <summary>It ended with a reply.</summary>
    public void Release() => _cancel.Dispose();

    /// <summary>It ended with a failure of the runtime.</summary>
    public void Lose()
    {
        _call.MayBeWritten();
        _cancel.Dispose();
    }

    private static async Task<ReplicaReply> RunAsync(ReplicaState replica, ReplicaCall call, CancellationToken cancellationToken)
    {
        try
        {
            return await replica.Grain.RunAsync(call, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            replica.End();
        }
    }
}
