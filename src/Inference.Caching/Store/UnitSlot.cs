namespace Inference.Caching.Store;

/// <summary>One unit of a call while it is looked up.</summary>
/// <param name="Key">Its key, which is hashed once.</param>
/// <param name="Entry">Its entry; null while it is missing.</param>
internal record struct UnitSlot(UInt128 Key, CacheEntry? Entry);
