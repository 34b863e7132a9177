namespace Inference.Status;

/// <summary>Counts of a cache.</summary>
/// <param name="Entries">Rows held.</param>
/// <param name="Bytes">Bytes they take, their inputs and bookkeeping included.</param>
/// <param name="Hits">Rows answered from memory.</param>
/// <param name="Misses">Rows that were not there.</param>
/// <param name="IsOn">False while the cache is off because it does not pay.</param>
public readonly record struct CacheStatistics(long Entries, long Bytes, long Hits, long Misses, bool IsOn);
