namespace Inference.Monitoring;

/// <summary>Why a new model is asked for.</summary>
/// <param name="Kind">The kind: <c>drift</c>, <c>performance</c>, <c>schedule</c> or <c>request</c>.</param>
/// <param name="At">Since when.</param>
/// <param name="Text">One sentence for people.</param>
public sealed record RetrainingReason(string Kind, DateTimeOffset At, string Text)
{
    /// <summary>Drift that performance confirmed.</summary>
    public const string Drift = "drift";

    /// <summary>Performance computed from labels, without drift.</summary>
    public const string Performance = "performance";

    /// <summary>A time of the schedule.</summary>
    public const string Schedule = "schedule";

    /// <summary>A person's request.</summary>
    public const string Request = "request";
}
