namespace Inference.Status;

/// <summary>The silos of a cluster that runs models. A service of processes that belong to one, or call one. Thread-safe.</summary>
public interface IClusterStatus
{
    /// <summary>Asks the cluster for the last reports of its silos, ordered by name.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="InferenceException">The cluster did not answer.</exception>
    ValueTask<IReadOnlyList<SiloSnapshot>> ReadAsync(CancellationToken cancellationToken = default);
}
