namespace Inference.Cli.Load;

/// <summary>A way to batch.</summary>
/// <param name="MaxRows">The most rows of a batch.</param>
/// <param name="MaxDelay">The longest a row waits for others.</param>
internal sealed record BatchingChoice(int MaxRows, TimeSpan MaxDelay)
{
    /// <summary>The choices that are tried for an objective.</summary>
    public static IReadOnlyList<BatchingChoice> For(LatencyObjective objective)
    {
        TimeSpan delay = objective.Limit / 8;
        return [new(8, TimeSpan.Zero), new(8, delay), new(32, TimeSpan.Zero), new(32, delay), new(128, TimeSpan.Zero), new(128, delay)];
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"MaxRows {MaxRows}, MaxDelay {MaxDelay.TotalMicroseconds:0} µs");
}
