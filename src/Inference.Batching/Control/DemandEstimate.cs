namespace Inference.Batching.Control;

/// <summary>
/// How many rows are about, and how long it pays to wait for them. Waiting is for rows that were seen shortly before: a wait that ran out lowers the estimate to
/// what is there and shortens later waits. Not thread-safe.
/// </summary>
internal sealed class DemandEstimate
{
    private const double LeastFactor = 1.0 / 8;
    private int _rows;

    /// <summary>What the configured delay is multiplied by.</summary>
    public double DelayFactor { get; private set; } = 1;

    /// <summary>Rows to wait for, with that many batches in flight at most.</summary>
    public int Target(int limit, int slots) => Math.Clamp((_rows + slots - 1) / slots, 1, limit);

    /// <summary>Notes the rows that were accepted and not yet answered.</summary>
    public void Seen(int outstanding) => _rows = Math.Max(_rows, outstanding);

    /// <summary>The rows waited for came.</summary>
    public void CompanyCame() => DelayFactor = Math.Min(1, DelayFactor + LeastFactor);

    /// <summary>A wait ran out.</summary>
    public void WaitRanOut(int outstanding, bool cameNone)
    {
        _rows = outstanding;
        if (cameNone)
        {
            DelayFactor = Math.Max(LeastFactor, DelayFactor * 0.5);
        }
    }

    /// <summary>Nothing was about for longer than a wait.</summary>
    public void Idle() => _rows = 0;
}
