using System.Net;
using Npgsql;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Cluster;

/// <summary>Where the members of the cluster find each other, and where its decisions are kept.</summary>
/// <param name="Store"><c>memory</c>, <c>postgres</c> or <c>redis</c>.</param>
/// <param name="Connection">The connection string.</param>
internal sealed record ClusterPlace(string Store, string Connection)
{
    private const int FirstSiloPort = 11_111;
    private const int FirstGatewayPort = 30_000;

    /// <summary>A silo joins.</summary>
    public void Join(ISiloBuilder silo, int index)
    {
        switch (Store)
        {
            case "postgres":
                silo.UseAdoNetClustering(o => (o.Invariant, o.ConnectionString) = ("Npgsql", Connection));
                silo.Services.AddPostgreSqlDecisions(Connection);
                break;
            case "redis":
                silo.UseRedisClustering(Connection);
                silo.Services.AddRedisDecisions(Connection);
                break;
            default:
                // The first silo keeps the list of members.
                silo.UseDevelopmentClustering(new IPEndPoint(IPAddress.Loopback, FirstSiloPort));
                silo.KeepDecisionsInMemory();
                break;
        }

        silo.ConfigureEndpoints(IPAddress.Loopback, FirstSiloPort + index, FirstGatewayPort + index);
        silo.Configure<SiloOptions>(o => o.SiloName = $"silo-{index}");
        silo.Configure<ClusterOptions>(o => o.ClusterId = o.ServiceId = "sample");
        silo.Configure<ClusterMembershipOptions>(o => (o.ProbeTimeout, o.NumMissedProbesLimit) = (TimeSpan.FromSeconds(1), 2));
    }

    /// <summary>A client connects.</summary>
    public void Join(IClientBuilder client)
    {
        switch (Store)
        {
            case "postgres":
                client.UseAdoNetClustering(o => (o.Invariant, o.ConnectionString) = ("Npgsql", Connection));
                break;
            case "redis":
                client.UseRedisClustering(Connection);
                break;
            default:
                client.UseStaticClustering([.. Enumerable.Range(0, 3).Select(i => new IPEndPoint(IPAddress.Loopback, FirstGatewayPort + i))]);
                break;
        }

        client.Configure<ClusterOptions>(o => o.ClusterId = o.ServiceId = "sample");
    }

    /// <summary>Makes the tables in which PostgreSQL keeps the list of members.</summary>
    public async Task PrepareAsync()
    {
        if (Store != "postgres")
        {
            return;
        }

        using var reader = new StreamReader(typeof(ClusterPlace).Assembly.GetManifestResourceStream("membership.sql")!);
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(Connection);
        await using NpgsqlCommand command = source.CreateCommand(await reader.ReadToEndAsync());
        await command.ExecuteNonQueryAsync();
    }
}
