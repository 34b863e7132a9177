namespace Inference.Cluster;

/// <summary>What the client saw.</summary>
internal sealed class ClientReport
{
    public long CallCount;
    public long WrongCount;
    public long FailedCount;
    public long RetriedCount;

    public long Calls { get => CallCount; set => CallCount = value; }

    public long Wrong { get => WrongCount; set => WrongCount = value; }

    public long Failed { get => FailedCount; set => FailedCount = value; }

    public long Retried { get => RetriedCount; set => RetriedCount = value; }

    public double P50Us { get; set; }

    public double P99Us { get; set; }

    /// <summary>Calls answered in a second by all callers together.</summary>
    public double CallsPerSecond { get; set; }

    /// <summary>Calls that were disturbed: attempted more than once, or longer than 250 ms.</summary>
    public SlowCall[] Slow { get; set; } = [];
}
