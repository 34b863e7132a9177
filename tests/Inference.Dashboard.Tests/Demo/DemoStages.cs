using Inference.Feedback;
using Inference.Status;

namespace Inference.Dashboard.Tests.Demo;

/// <summary>A cache and batches with given figures.</summary>
internal sealed class DemoStages(double hitShare, int queued) : ICacheControl, IBatchingStatus
{
    private readonly long _started = Environment.TickCount64;

    public CacheStatistics Statistics
    {
        get
        {
            long rows = 4_000_000 + ((Environment.TickCount64 - _started) / 2);
            return new CacheStatistics { Entries = 51_200, Bytes = 47L << 20, Hits = (long)(rows * hitShare), Misses = (long)(rows * (1 - hitShare)), IsOn = true };
        }
    }

    public bool IsSteppedAside => false;

    public int RowLimit => 64;

    public TimeSpan Delay => TimeSpan.FromMilliseconds(1.4);

    public int QueuedRows => queued;

    public int BatchesInFlight => 2;

    public ValueTask<bool> EraseTenantAsync(string? tenant, CancellationToken cancellationToken = default) => new(true);

    public void Clear()
    {
    }
}

/// <summary>Traffic with given figures that waver.</summary>
internal sealed class DemoTraffic(params VersionTraffic[] versions) : IModelTraffic
{
    /// <summary>Whether the figures waver from second to second.</summary>
    public bool IsStill { get; init; }

    public IReadOnlyList<VersionTraffic> Versions
    {
        get
        {
            double factor = IsStill ? 1 : 1 + (0.04 * Math.Sin(Environment.TickCount64 / 4000.0));
            return [.. versions.Select(v => v with { CallsPerSecond = v.CallsPerSecond * factor, Calls = v.Calls + (IsStill ? 0 : (long)(Environment.TickCount64 % 10_000_000 / 1000.0 * v.CallsPerSecond)) })];
        }
    }
}

/// <summary>Feedback with a given state.</summary>
internal sealed class DemoFeedback(FeedbackSnapshot snapshot) : IFeedbackStatus
{
    public FeedbackSnapshot Snapshot { get; } = snapshot;
}
