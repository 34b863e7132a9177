namespace Inference.Status;

/// <summary>Looks into a model's cache and empties it. Reached by <see cref="IModelRunner.GetService"/>. Thread-safe.</summary>
public interface ICacheControl
{
    /// <summary>What the cache holds and did so far.</summary>
    CacheStatistics Statistics { get; }

    /// <summary>Forgets all rows of a tenant in this process, those in flight included, and makes those in the second level unreachable.</summary>
    /// <param name="tenant">The tenant; null for calls without one.</param>
    /// <param name="cancellationToken">Stops waiting for the second level.</param>
    /// <returns>Whether the second level, where there is one, took note. Try again where it did not.</returns>
    ValueTask<bool> EraseTenantAsync(string? tenant, CancellationToken cancellationToken = default);

    /// <summary>Forgets all rows in this process.</summary>
    void Clear();
}
