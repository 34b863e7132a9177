namespace Inference.Monitoring;

/// <summary>How long the span of a stored window is.</summary>
public enum WindowTier
{
    /// <summary>A bucket, a minute by default; kept for 60 minutes.</summary>
    Bucket,

    /// <summary>An hour; kept for 48 hours.</summary>
    Hour,

    /// <summary>A day, in UTC; kept for 35 days.</summary>
    Day,
}
