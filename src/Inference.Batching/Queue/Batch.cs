namespace Inference.Batching.Queue;

/// <summary>Calls that run together.</summary>
/// <param name="options">The options when it was formed.</param>
/// <param name="formedAt">When it was formed, ticks of the clock.</param>
internal sealed class Batch(BatchingOptions options, long formedAt)
{
    private PendingCall[] _calls = new PendingCall[8];
    private CancellationTokenSource? _abandoned;

    public BatchingOptions Options { get; } = options;

    public long FormedAt { get; } = formedAt;

    /// <summary>The longest of its runs that the model answered, ticks of the clock.</summary>
    public long LongestRun { get; private set; }

    public int Count { get; private set; }

    public int Rows { get; private set; }

    public long Cost { get; private set; }

    /// <summary>Calls that still wait for it.</summary>
    public int Live { get; private set; }

    /// <summary>The calls, in the order of their rows.</summary>
    public ReadOnlySpan<PendingCall> Calls => _calls.AsSpan(0, Count);

    public PendingCall this[int index] => _calls[index];

    /// <summary>Cancelled when nobody waits for the batch any more.</summary>
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

    /// <summary>Says that one call's inputs, or those of all, are no longer needed. Those that were cancelled meanwhile end.</summary>
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

    /// <summary>Ends a call that runs and whose caller no longer waits; the last of them abandons the batch.</summary>
    public void Leave(PendingCall call, ref Commands commands)
    {
        commands.End(call, CallEnding.Left);
        commands.Abandoned = --Live == 0 ? this : null;
    }

    /// <summary>Marks a call as answered; false where it was already, or has left. The one who gets true completes it.</summary>
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

    /// <summary>Makes <see cref="Token"/> live when every caller can cancel: otherwise somebody waits for certain.</summary>
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

    /// <summary>Notes how long the model took for a run of it, or of a part.</summary>
    public void Ran(long ticks) => LongestRun = Math.Max(LongestRun, ticks);

    /// <summary>Tells the run that nobody waits.</summary>
    public void Abandon() => _abandoned?.Cancel();
}
