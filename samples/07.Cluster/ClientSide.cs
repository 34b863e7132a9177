using Inference;
using Orleans.Hosting;

namespace Cluster;

/// <summary>The client: models of the cluster as runners like any other, and calls of them.</summary>
internal static class ClientSide
{
    public static void Add(WebApplicationBuilder builder, ClusterPlace place)
    {
        foreach (string name in DemoModels.Names)
        {
            builder.Services.AddClusterModel(name);
        }

        builder.UseOrleansClient(place.Join);
        builder.Services.AddHostedService<Traffic>();
    }
}
