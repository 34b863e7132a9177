using Inference;
using Inference.Batching;
using Inference.Versioning;
using Orleans.Hosting;

namespace Cluster;

/// <summary>A silo: the models as in any process, and the line that lets the cluster run them.</summary>
internal static class SiloSide
{
    public static void Add(WebApplicationBuilder builder, ClusterPlace place, int index)
    {
        foreach (string name in DemoModels.Names)
        {
            builder.Services.AddModel(name, o => o.Source = ModelSource.Directory(Path.Combine("models", name)))
                .UseVersioning(o => o.Rollout = RolloutMode.Manual)
                .PerVersion(v => v.UseBatching());
        }

        builder.UseOrleans(silo =>
        {
            place.Join(silo, index);
            silo.AddInferenceSilo(o =>
            {
                // Ten of the twenty-one models fit.
                (o.MaxModelBytes, o.BytesOf) = (10 << 20, _ => 1 << 20);
                o.Pinned.Add("ranker");
            });
        });
    }
}
