using System.Threading.Tasks.Sources;

namespace Inference.Batching.Queue;

/// <summary>A call that waits for its batch; also the source of its result.</summary>
internal sealed class PendingCall : IValueTaskSource<NamedValues>
{
    // Continuations never delay the batch's other callers.
    private ManualResetValueTaskSourceCore<NamedValues> _core = new() { RunContinuationsAsynchronously = true };

    public required NamedValues Inputs { get; init; }

    public required RunContext? Context { get; init; }

    public required CancellationToken CancellationToken { get; init; }

    public required int Rows { get; init; }

    public required long Cost { get; init; }

    /// <summary>When it arrived, ticks of the clock.</summary>
    public required long EnqueuedAt { get; init; }

    /// <summary>When its deadline passes, ticks of the clock; <see cref="long.MaxValue"/> for never.</summary>
    public required long ExpiresAt { get; init; }

    public CancellationTokenRegistration Registration { get; set; }

    public CallState State { get; set; }

    /// <summary>Why it ended without an answer.</summary>
    public CallEnding Ending { get; set; }

    /// <summary>Cancelled while its inputs were being copied.</summary>
    public bool CancelRequested { get; set; }

    /// <summary>Whether it has completed.</summary>
    public bool IsCompleted => _core.GetStatus(_core.Version) != ValueTaskSourceStatus.Pending;

    /// <summary>The batch it belongs to; set when it is claimed.</summary>
    public Batch? Batch { get; set; }

    /// <summary>Its lengths along the model's symbolic axes, set if the batch pads them.</summary>
    public long[]? Lengths { get; set; }

    public PendingCall? Next { get; set; }

    public PendingCall? Previous { get; set; }

    public int PriorityIndex => Context is null ? 1 : Math.Clamp((int)Context.Priority + 1, 0, CallQueue.Levels - 1);

    public ValueTask<NamedValues> Task => new(this, _core.Version);

    /// <summary>Has somebody told when the call completes, by the thread that completes it; in place of a continuation, and before the queue knows the call.</summary>
    public void WhenCompleted(Action<object?> told, object state)
    {
        _core.RunContinuationsAsynchronously = false;
        _core.OnCompleted(told, state, _core.Version, ValueTaskSourceOnCompletedFlags.None);
    }

    /// <summary>Completes the call; only after its state was set to done.</summary>
    public void Succeed(NamedValues result)
    {
        Registration.Unregister();
        _core.SetResult(result);
    }

    /// <summary>Fails the call; only after its state was set to done.</summary>
    public void Fail(Exception exception)
    {
        if (Ending is not (CallEnding.Cancelled or CallEnding.Left))
        {
            // Otherwise it was called already, and may not even be stored yet.
            Registration.Unregister();
        }

        _core.SetException(exception);
    }

    NamedValues IValueTaskSource<NamedValues>.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<NamedValues>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<NamedValues>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
