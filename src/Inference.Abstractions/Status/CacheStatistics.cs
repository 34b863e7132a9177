namespace Inference.Status;

/// <summary>Statistics of a cache.</summary>
public sealed class CacheStatistics
{
    /// <summary>The number of rows in the cache.</summary>
    public required long Entries { get; init; }

    /// <summary>The number of bytes they take, including their inputs and bookkeeping.</summary>
    public required long Bytes { get; init; }

    /// <summary>Rows answered from the cache.</summary>
    public required long Hits { get; init; }

    /// <summary>Rows not found in the cache.</summary>
    public required long Misses { get; init; }

    /// <summary>False while the cache is switched off because it saves no time.</summary>
    public required bool IsOn { get; init; }
}
