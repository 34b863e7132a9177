namespace Inference;

/// <summary>The priority of a call. Queues serve higher priorities first, among calls of similar age.</summary>
public enum RunPriority
{
    /// <summary>For work that can wait, such as backfills and shadow calls.</summary>
    Low = -1,
    /// <summary>The default.</summary>
    Normal = 0,
    /// <summary>Served before all others.</summary>
    High = 1,
}
