namespace Inference.Monitoring.Feedback;

/// <summary>Times as stores keep them: UTC, in whole microseconds.</summary>
internal static class Microseconds
{
    /// <summary>The last whole microsecond.</summary>
    public static DateTimeOffset Floor(DateTimeOffset time) => new(time.UtcTicks / TimeSpan.TicksPerMicrosecond * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero);
}
