namespace Inference.Status;

/// <summary>Inspects and clears the cache of a model. Obtained from <see cref="IModelRunner.GetService"/>. Thread-safe.</summary>
public interface ICacheControl
{
    /// <summary>The current statistics of the cache.</summary>
    CacheStatistics Statistics { get; }

    /// <summary>Removes all rows of a tenant from this process, including those in flight, and makes those in the second level unreachable.</summary>
    /// <param name="tenant">The tenant; null for calls without one.</param>
    /// <param name="cancellationToken">Stops waiting for the second level.</param>
    /// <returns>Whether the second level, if there is one, was updated. If false, try again.</returns>
    ValueTask<bool> EraseTenantAsync(string? tenant, CancellationToken cancellationToken = default);

    /// <summary>Removes all rows from the cache of this process.</summary>
    void Clear();
}
