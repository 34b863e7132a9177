using Inference;
using Inference.Batching;
using Inference.Caching;
using Inference.Versioning;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Hosting;

namespace Snippets;

internal static class Clustering
{
    public static void Silo(HostApplicationBuilder builder, string connection)
    {
        #region cluster-store
        builder.Services.AddPostgreSqlDecisions(connection);
        #endregion

        #region cluster-silo
        builder.Services.AddModel("ranker", o => o.Path = "models/ranker")
                .UseVersioning()
                .PerVersion(v => v.UseCaching().UseBatching());
        builder.UseOrleans(silo => silo
            .UseAdoNetClustering(o => (o.Invariant, o.ConnectionString) = ("Npgsql", connection))
            .AddInferenceSilo(o =>
            {
                o.MaxModelBytes = 8L << 30;
                o.Pinned.Add("ranker");
            }));
        #endregion
    }

    public static void Client(HostApplicationBuilder builder, string connection)
    {
        #region cluster-client
        builder.UseOrleansClient(client => client.UseAdoNetClustering(o => (o.Invariant, o.ConnectionString) = ("Npgsql", connection)));
        builder.Services.AddClusterModel("ranker").UseCaching();
        #endregion
    }

    public static void InASilo(HostApplicationBuilder builder)
    {
        #region cluster-in-a-silo
        builder.Services.AddClusterModel("cluster-ranker", o => o.Model = "ranker");
        #endregion
    }

    public static void Smallest(HostApplicationBuilder builder)
    {
        #region cluster-smallest-silo
        builder.Services.AddModel("ranker", o => o.Path = "models/ranker").UseBatching();
        builder.UseOrleans(silo => silo.UseLocalhostClustering().AddInferenceSilo());
        #endregion
    }

    public static void SmallestClient(HostApplicationBuilder builder)
    {
        #region cluster-smallest-client
        builder.UseOrleansClient(client => client.UseLocalhostClustering());
        builder.Services.AddClusterModel("ranker");
        #endregion
    }

    public static void Stores(IServiceCollection services, string connectionString)
    {
        #region decisions-postgresql
        services.AddPostgreSqlDecisions(connectionString);
        #endregion

        #region decisions-redis
        services.AddRedisDecisions("redis-1:6379");
        #endregion
    }
}
