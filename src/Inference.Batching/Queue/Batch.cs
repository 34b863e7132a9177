namespace Inference.Batching.Queue;

/// <summary>Calls that run together.</summary>
internal sealed class Batch(BatchingOptions options)
{
    private PendingCall[] _calls = new PendingCall[8];
    private CancellationTokenSource? _abandoned;

    /// <summary>The options when it was formed.</summary>
    public BatchingOptions Options { get; } = options;

    public int Count { get; private set; }

    public int Rows { get; private set; }

    public long Cost { get; private set; }

    /// <summary>Calls that still wait for it. Guarded by the runner's lock.</summary>
    public int Live { get; set; }

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

    /// <summary>Tells the run that nobody waits.</summary>
    public void Abandon() => _abandoned?.Cancel();
}
