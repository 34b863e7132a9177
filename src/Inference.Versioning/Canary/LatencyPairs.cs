namespace Inference.Versioning.Canary;

/// <summary>
/// Compares the model's own times of both arms in pairs: a run of one arm with the next run of the same kind of the other. Both times of a pair are compared with one bound, which was fixed before either was known. Not thread-safe.
/// </summary>
/// <remarks>
/// If the canary is as fast as the default, both runs of a pair exceed the bound with the same probability, whatever the kind, the bound and the load at that time. With half of the outcomes in each arm, the factors of
/// <see cref="Evaluation.Sequential.TwoArmTest"/> for a pair then have a mean of (1 + a·x)·(1 − a·x) ≤ 1 at every probability: that the probability changes from pair to pair is harmless.
/// </remarks>
/// <param name="quantile">The quantile of the default's times that is the bound.</param>
/// <param name="tolerance">The bound of the canary, as a factor.</param>
/// <param name="warmup">First runs of each arm that are left out.</param>
internal sealed class LatencyPairs(double quantile, double tolerance, int warmup)
{
    // As many kinds as are remembered; the one that was used least recently is forgotten.
    private const int MostKinds = 256;

    // First runs of a kind in each arm that are left out: a plan is made for it, and memory is taken.
    private const int FirstOfKind = 2;

    private readonly Dictionary<long, Kind> _kinds = [];
    private readonly int[] _runs = new int[2];
    private long _clock;

    /// <summary>Adds a run.</summary>
    /// <returns>Whether the canary's and the default's run of a pair were slow; null if no pair is complete.</returns>
    public (bool Canary, bool Control)? Add(bool isCanary, long key, double seconds)
    {
        int arm = isCanary ? 1 : 0;
        bool isFirst = _runs[arm] < warmup;
        _runs[arm] += isFirst ? 1 : 0;
        Kind kind = Find(key);
        if (kind.Runs[arm] < FirstOfKind)
        {
            kind.Runs[arm]++;
            isFirst = true;
        }

        (bool, bool)? pair = null;
        if (!isFirst && kind.Gauge.IsReady)
        {
            if (kind.IsWaiting && kind.WaitingIsCanary != isCanary)
            {
                kind.IsWaiting = false;
                bool slow = IsSlow(isCanary, seconds, kind.WaitingBound);
                pair = isCanary ? (slow, kind.WaitingIsSlow) : (kind.WaitingIsSlow, slow);
            }
            else
            {
                // The latest of an arm waits, so that both runs of a pair met about the same load.
                (kind.IsWaiting, kind.WaitingIsCanary, kind.WaitingBound) = (true, isCanary, kind.Gauge.Bound);
                kind.WaitingIsSlow = IsSlow(isCanary, seconds, kind.WaitingBound);
            }
        }

        if (!isCanary && !isFirst)
        {
            kind.Gauge.Add(seconds);
        }

        return pair;
    }

    /// <summary>The default was replaced: its first runs are left out again, and its times are learned anew.</summary>
    public void ReplaceControl()
    {
        _runs[0] = 0;
        _kinds.Clear();
    }

    private bool IsSlow(bool isCanary, double seconds, double bound) => seconds > bound * (isCanary ? tolerance : 1);

    private Kind Find(long key)
    {
        if (!_kinds.TryGetValue(key, out Kind? kind))
        {
            if (_kinds.Count >= MostKinds)
            {
                _kinds.Remove(_kinds.MinBy(k => k.Value.UsedAt).Key);
            }

            kind = _kinds[key] = new Kind(new LatencyGauge(quantile));
        }

        kind.UsedAt = ++_clock;
        return kind;
    }

    private sealed class Kind(LatencyGauge gauge)
    {
        public LatencyGauge Gauge => gauge;

        public int[] Runs { get; } = new int[2];

        public long UsedAt { get; set; }

        public bool IsWaiting { get; set; }

        public bool WaitingIsCanary { get; set; }

        public bool WaitingIsSlow { get; set; }

        public double WaitingBound { get; set; }
    }
}
