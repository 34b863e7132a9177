using Inference.Caching.SecondLevel;
using Inference.Caching.Store;

namespace Inference.Caching.Flights;

/// <summary>A unit that a call is responsible for.</summary>
/// <param name="Unit">Its number in the call.</param>
/// <param name="Draft">The entry to complete.</param>
/// <param name="Flight">Where other calls may wait for it; null if none can.</param>
/// <param name="OutsideKey">Its key in the second level, once it was looked up there.</param>
internal readonly record struct Lead(int Unit, CacheEntry Draft, Flight? Flight, SecondLevelKey? OutsideKey = null);
