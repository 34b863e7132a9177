namespace Inference.AspNetCore.Dashboard;

/// <summary>The series of a model's history.</summary>
internal enum HistorySeries
{
    /// <summary>Calls per second.</summary>
    Calls,
    /// <summary>Failed calls per second.</summary>
    Failed,
    /// <summary>The median duration, in seconds.</summary>
    P50,
    /// <summary>The 95th percentile, in seconds.</summary>
    P95,
    /// <summary>The 99th percentile, in seconds.</summary>
    P99,
    /// <summary>log₁₀ of the canary's evidence.</summary>
    Evidence,
    /// <summary>The lower end of the interval of the difference of outcomes.</summary>
    Low,
    /// <summary>The upper end.</summary>
    High,
    /// <summary>The share of rows answered from the cache since the last sample.</summary>
    CacheHits,
    /// <summary>Rows in the queue.</summary>
    Queued,
}
