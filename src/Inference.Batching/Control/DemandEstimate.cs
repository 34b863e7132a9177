namespace Inference.Batching.Control;

/// <summary>
/// Estimates how many rows are outstanding, and how long it pays to wait for them. Only rows that were seen shortly before are waited for: a wait that ran out lowers the estimate to
/// the rows that are present and shortens later waits. Not thread-safe.
/// </summary>
internal sealed class DemandEstimate
{
    // After three waits in vain a call waits an eighth of the delay, and company brings the whole back in seven steps.
    private const double LeastFactor = 1.0 / 8;

    private int _rows;

    /// <summary>The factor applied to the configured delay.</summary>
    public double DelayFactor { get; private set; } = 1;

    /// <summary>The number of rows to wait for, given at most that many batches in flight.</summary>
    public int Target(int limit, int slots) => Math.Clamp((_rows + slots - 1) / slots, 1, limit);

    /// <summary>Records the number of rows that are accepted and not yet answered.</summary>
    public void Seen(int outstanding) => _rows = Math.Max(_rows, outstanding);

    /// <summary>Records that the expected rows arrived.</summary>
    public void CompanyCame() => DelayFactor = Math.Min(1, DelayFactor + LeastFactor);

    /// <summary>Records that a wait ran out.</summary>
    public void WaitRanOut(int outstanding, bool cameNone)
    {
        _rows = outstanding;
        if (cameNone)
        {
            DelayFactor = Math.Max(LeastFactor, DelayFactor * 0.5);
        }
    }

    /// <summary>Records that no rows were outstanding for longer than a wait.</summary>
    public void Idle() => _rows = 0;
}
