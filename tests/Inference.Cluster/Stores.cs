using System.Net;
using Inference.Decisions;
using Inference.Decisions.PostgreSql;
using Inference.Decisions.Redis;
using Inference.Orleans;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Orleans.Configuration;
using Orleans.Hosting;
using StackExchange.Redis;

namespace Inference.Cluster;

/// <summary>Membership and decisions in each kind of store.</summary>
internal static class Stores
{
    public static void AddDecisions(ISiloBuilder silo, ClusterSettings settings)
    {
        switch (settings.Store)
        {
            case StoreKind.Postgres:
                silo.Services.AddPostgreSqlDecisions(settings.Connection);
                break;
            case StoreKind.Redis:
                silo.Services.AddRedisDecisions(settings.Connection);
                break;
            default:
                silo.KeepDecisionsInMemory();
                break;
        }
    }

    /// <summary>Joins the cluster. A silo that does not answer is declared dead after two probes of a second, by two others.</summary>
    public static void Join(ISiloBuilder silo, ClusterSettings settings)
    {
        switch (settings.Store)
        {
            case StoreKind.Postgres:
                silo.UseAdoNetClustering(o => (o.Invariant, o.ConnectionString) = ("Npgsql", settings.Connection));
                break;
            case StoreKind.Redis:
                silo.UseRedisClustering(settings.Connection);
                break;
            default:
                silo.UseDevelopmentClustering(new IPEndPoint(IPAddress.Loopback, settings.AdvertisedSiloPort(0)));
                break;
        }

        silo.Configure<ClusterOptions>(o => o.ClusterId = o.ServiceId = settings.Cluster);
        silo.Configure<ClusterMembershipOptions>(static o =>
        {
            o.ProbeTimeout = TimeSpan.FromSeconds(1);
            o.NumMissedProbesLimit = 2;
            o.TableRefreshTimeout = TimeSpan.FromSeconds(5);
            o.DefunctSiloCleanupPeriod = null;
        });
    }

    public static void Join(IClientBuilder client, ClusterSettings settings)
    {
        switch (settings.Store)
        {
            case StoreKind.Postgres:
                client.UseAdoNetClustering(o => (o.Invariant, o.ConnectionString) = ("Npgsql", settings.Connection));
                break;
            case StoreKind.Redis:
                client.UseRedisClustering(settings.Connection);
                break;
            default:
                client.UseStaticClustering([.. Enumerable.Range(0, settings.Silos).Select(i => new IPEndPoint(IPAddress.Loopback, settings.AdvertisedGatewayPort(i)))]);
                break;
        }

        client.Configure<ClusterOptions>(o => o.ClusterId = o.ServiceId = settings.Cluster);
        client.Configure<GatewayOptions>(static o => o.GatewayListRefreshPeriod = TimeSpan.FromSeconds(2));
    }

    /// <summary>Makes the tables of membership.</summary>
    public static async Task PrepareAsync(ClusterSettings settings)
    {
        if (settings.Store != StoreKind.Postgres)
        {
            return;
        }

        using var reader = new StreamReader(typeof(Stores).Assembly.GetManifestResourceStream("membership.sql")!);
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(settings.Connection);
        await using NpgsqlCommand command = source.CreateCommand(await reader.ReadToEndAsync().ConfigureAwait(false));
        await command.ExecuteNonQueryAsync().ConfigureAwait(false);
    }

    /// <summary>The log of decisions; null for one in the memory of silos.</summary>
    public static async Task<IReadOnlyList<Decision>?> ReadDecisionsAsync(ClusterSettings settings)
    {
        switch (settings.Store)
        {
            case StoreKind.Postgres:
                await using (var store = new PostgreSqlDecisionStore(settings.Connection))
                {
                    return (await store.ReadAllAsync(ClusterModel.Name).ConfigureAwait(false)).Records;
                }

            case StoreKind.Redis:
                await using (ConnectionMultiplexer connection = await ConnectionMultiplexer.ConnectAsync(settings.Connection).ConfigureAwait(false))
                {
                    return (await new RedisDecisionStore(connection).ReadAllAsync(ClusterModel.Name).ConfigureAwait(false)).Records;
                }

            default:
                return null;
        }
    }
}
