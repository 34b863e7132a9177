namespace Inference.Status;

/// <summary>Statistics of a cache.</summary>
/// <param name="Entries">The number of rows in the cache.</param>
/// <param name="Bytes">The number of bytes they take, including their inputs and bookkeeping.</param>
/// <param name="Hits">Rows answered from the cache.</param>
/// <param name="Misses">Rows not found in the cache.</param>
/// <param name="IsOn">False while the cache is switched off because it saves no time.</param>
public readonly record struct CacheStatistics(long Entries, long Bytes, long Hits, long Misses, bool IsOn);
