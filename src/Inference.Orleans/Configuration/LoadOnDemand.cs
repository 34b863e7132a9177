using Microsoft.Extensions.Options;

namespace Inference.Orleans.Configuration;

/// <summary>In a silo, models are loaded by their first call; those of the cluster are opened as elsewhere.</summary>
internal sealed class LoadOnDemand(IEnumerable<ClusterModelName> cluster) : IPostConfigureOptions<ModelOptions>
{
    private readonly HashSet<string> _cluster = [.. cluster.Select(static m => m.Name)];

    public void PostConfigure(string? name, ModelOptions options) => options.LoadOnDemand |= name is not null && !_cluster.Contains(name);
}
