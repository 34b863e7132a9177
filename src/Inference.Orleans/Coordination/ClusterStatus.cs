using Inference.Orleans.Grains;
using Inference.Status;
using Orleans;

namespace Inference.Orleans.Coordination;

/// <summary>Asks the cluster's grain. Thread-safe.</summary>
internal sealed class ClusterStatus(IGrainFactory grains) : IClusterStatus
{
    public async ValueTask<IReadOnlyList<SiloSnapshot>> ReadAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            SiloReport[] reports = await grains.GetGrain<IClusterGrain>(IClusterGrain.Key).ReadAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
            return
            [
                .. reports.OrderBy(static r => r.Name, StringComparer.Ordinal).Select(static r => new SiloSnapshot
                {
                    Name = r.Name,
                    Address = r.Silo.ToString(),
                    MaxBytes = r.MaxBytes,
                    Bytes = r.Bytes,
                    Calls = r.Calls,
                    IsStopping = r.IsClosing,
                    Models = [.. r.Loaded.Order(StringComparer.Ordinal)],
                    Replicas = [.. r.Replicas.Order(StringComparer.Ordinal)],
                }),
            ];
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or OutOfMemoryException))
        {
            throw new ClusterModelException($"The cluster: expected the reports of its silos, got {exception.GetType().Name}: {exception.Message} Connect this process to a cluster whose silos run models.", exception);
        }
    }
}
