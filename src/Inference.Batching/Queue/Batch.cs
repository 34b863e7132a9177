namespace Inference.Batching.Queue;

/// <summary>A set of calls that run together.</summary>
/// <param name="options">The options in effect when it was formed.</param>
/// <param name="formedAt">When it was formed, ticks of the clock.</param>
internal sealed class Batch(BatchingOptions options, long formedAt)
{
    private PendingCall[] _calls = new PendingCall[8];
    private CancellationTokenSource? _abandoned;

    public BatchingOptions Options { get; } = options;

    public long FormedAt { get; } = formedAt;

    /// <summary>The duration of its longest successful run, ticks of the clock.</summary>
    public long LongestRun { get; private set; }

    public int Count { get; private set; }

    public int Rows { get; private set; }

    public long Cost { get; private set; }

    /// <summary>The number of calls that still wait for it.</summary>
    public int Live { get; private set; }

    /// <summary>The calls, in the order of their rows.</summary>
    public ReadOnlySpan<PendingCall> Calls => _calls.AsSpan(0, Count);

    public PendingCall this[int index] => _calls[index];

    /// <summary>Cancelled when no caller waits for the batch any more.</summary>
    public CancellationToken Token => _abandoned?.Token ?? CancellationToken.None;

    public void Add(PendingCall call)
    {
        if (Count == _calls.Length)
        {
            Array.Resize(ref _calls, Count * 2);
        }

        _calls[Count++] = call;
        Rows += call.Rows;
        Cost = Cost > long.MaxValue - call.Cost ? long.MaxValue : Cost + call.Cost;
        Live++;
        call.Batch = this;
    }

    /// <summary>Marks the inputs of one call, or of all calls, as no longer needed. Calls that were cancelled meanwhile end.</summary>
    public void Start(PendingCall? only, ref Commands commands)
    {
        foreach (PendingCall call in only is null ? Calls : new ReadOnlySpan<PendingCall>(in only))
        {
            if (call.State != CallState.Claimed)
            {
                continue;
            }

            call.State = CallState.Running;
            if (call.CancelRequested)
            {
                Leave(call, ref commands);
            }
        }
    }

    /// <summary>Ends a running call whose caller no longer waits; the last one abandons the batch.</summary>
    public void Leave(PendingCall call, ref Commands commands)
    {
        commands.End(call, CallEnding.Left);
        commands.Abandoned = --Live == 0 ? this : null;
    }

    /// <summary>Marks a call as answered; false if it was already answered or has left. The thread that gets true completes the call.</summary>
    public bool TryFinish(PendingCall call)
    {
        if (call.State is not (CallState.Running or CallState.Claimed))
        {
            return false;
        }

        call.State = CallState.Done;
        Live--;
        return true;
    }

    /// <summary>Enables <see cref="Token"/> if every caller can cancel; otherwise at least one caller is certain to wait.</summary>
    public void ArmAbandonment()
    {
        foreach (PendingCall call in Calls)
        {
            if (!call.CancellationToken.CanBeCanceled)
            {
                return;
            }
        }

        _abandoned = new CancellationTokenSource();
    }

    /// <summary>Records the duration of a run of the batch, or of a part of it.</summary>
    public void Ran(long ticks) => LongestRun = Math.Max(LongestRun, ticks);

    /// <summary>Cancels the run because no caller waits for it.</summary>
    public void Abandon() => _abandoned?.Cancel();
}
