using Inference.Orleans.Payloads;

namespace Inference.Orleans.Balancing;

/// <summary>A call at one replica.</summary>
internal sealed class Attempt
{
    private readonly CancellationTokenSource _cancel;
    private readonly ReplicaCall _call;

    private Attempt(ReplicaState replica, ReplicaCall call, CancellationTokenSource cancel, Task<ReplicaReply> reply) => (Replica, _call, _cancel, Reply) = (replica, call, cancel, reply);

    public ReplicaState Replica { get; }

    /// <summary>When it was sent: a timestamp of the clock.</summary>
    public long Began { get; private init; }

    public Task<ReplicaReply> Reply { get; }

    /// <summary>Sends a call.</summary>
    public static Attempt Start(ReplicaState replica, ReplicaCall call, TimeProvider clock, CancellationToken cancellationToken)
    {
        var cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        replica.Begin();
        return new Attempt(replica, call, cancel, RunAsync(replica, call, cancel.Token)) { Began = clock.GetTimestamp() };
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
