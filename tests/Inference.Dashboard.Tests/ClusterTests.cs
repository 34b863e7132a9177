using System.Net;
using System.Text.Json.Nodes;
using Inference.Dashboard.Tests.Demo;
using Inference.Status;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Dashboard.Tests;

public sealed class ClusterTests
{
    [Fact]
    public async Task Cluster_WithSilos_TellsWhatTheySaid()
    {
        await using DashboardServer server = await StartAsync(DemoCluster.OfTheShop());
        JsonNode answer = await server.GetAsync("cluster");
        Assert.Null(answer["fault"]);
        Assert.Equal(3, (int)answer["count"]!);
        JsonArray silos = answer["silos"]!.AsArray();
        Assert.Equal(["silo-0", "silo-1", "silo-2"], silos.Select(silo => (string)silo!["name"]!));
        Assert.Equal(["serving", "serving", "stopping"], silos.Select(silo => (string)silo!["state"]!));
        JsonNode second = silos[1]!;
        Assert.Equal("S127.0.0.1:11112:141598231", (string)second["address"]!);
        Assert.Equal(1, (int)second["calls"]!);
        Assert.Equal(288L << 20, (long)second["bytes"]!);
        Assert.Equal(512L << 20, (long)second["maxBytes"]!);
        Assert.Equal(3, (int)second["modelCount"]!);
        Assert.Equal(["churn", "eu/ranker", "ranker"], Names(second, "models"));
        Assert.Equal(3, (int)second["replicaCount"]!);
        Assert.Equal(["churn/1", "eu/ranker/1", "ranker/1"], Names(second, "replicas"));
    }

    [Fact]
    public async Task Cluster_OfAServerWithoutOne_IsEmpty()
    {
        await using DashboardServer server = await DashboardServer.StartAsync(static _ => { });
        using HttpResponseMessage response = await server.Http.GetAsync("dashboard-api/cluster");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("{}", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Cluster_AskedForItsHeaders_AnswersWithoutABody()
    {
        await using DashboardServer server = await StartAsync(DemoCluster.OfTheShop());
        using var request = new HttpRequestMessage(HttpMethod.Head, "dashboard-api/cluster");
        using HttpResponseMessage response = await server.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        Assert.True(response.Headers.CacheControl!.NoStore);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Cluster_ThatThrows_SaysWhy()
    {
        await using DashboardServer server = await StartAsync(new DemoCluster(static () => throw new InferenceException("The cluster: no gateway is left.")));
        JsonNode answer = await server.GetAsync("cluster");
        Assert.Equal("The cluster: no gateway is left.", (string)answer["fault"]!);
        Assert.Null(answer["silos"]);
    }

    [Fact]
    public async Task Cluster_ThatFailsUnexpectedly_SaysSo()
    {
        await using DashboardServer server = await StartAsync(new DemoCluster(static () => throw new InvalidOperationException("no client")));
        Assert.Equal("The cluster could not be read: no client", (string)(await server.GetAsync("cluster"))["fault"]!);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public async Task Cluster_ThatDoesNotAnswer_IsNotWaitedForLongerThanTwoSeconds(bool heedsToken, bool blocks)
    {
        await using DashboardServer server = await StartAsync(new SilentCluster(heedsToken, blocks));
        long started = Environment.TickCount64;
        JsonNode[] answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => server.GetAsync("cluster")));
        Assert.All(answers, answer => Assert.Equal("The cluster did not answer within 2 s.", (string)answer["fault"]!));
        Assert.InRange(Environment.TickCount64 - started, 1500, 10_000);
    }

    [Fact]
    public async Task Cluster_OfManyPages_IsAskedOnceASecond()
    {
        var cluster = DemoCluster.OfTheShop();
        await using DashboardServer server = await StartAsync(cluster);
        long started = Environment.TickCount64;
        for (int i = 0; i < 50; i++)
        {
            await server.GetAsync("cluster");
        }

        Assert.InRange(cluster.Asked, 1, 1 + ((Environment.TickCount64 - started) / 1000));
    }

    [Fact]
    public async Task Cluster_WithManyModels_CountsThemAndNamesTheFirst()
    {
        string[] names = [.. Enumerable.Range(0, 250).Select(i => $"model {i}")];
        await using DashboardServer server = await StartAsync(new DemoCluster(() => [DemoCluster.Silo("silo-0", 11_111, 0, names)]));
        JsonNode silo = (await server.GetAsync("cluster"))["silos"]![0]!;
        Assert.Equal(250, (int)silo["modelCount"]!);
        Assert.Equal(names[..100], Names(silo, "models"));
        Assert.Equal(100, silo["replicas"]!.AsArray().Count);
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    [InlineData(DashboardServer.ReaderKey, HttpStatusCode.Forbidden)]
    [InlineData(DashboardServer.AdminKey, HttpStatusCode.OK)]
    public async Task Cluster_WithAPolicyForStatistics_IsToldToWhomItAllows(string? key, HttpStatusCode expected)
    {
        await using DashboardServer server = await StartAsync(DemoCluster.OfTheShop(), static o => o.Policies.Statistics = "admin");
        using var request = new HttpRequestMessage(HttpMethod.Get, "dashboard-api/cluster");
        if (key is not null)
        {
            request.Headers.Add("X-Api-Key", key);
        }

        using HttpResponseMessage response = await server.Http.SendAsync(request);
        Assert.Equal(expected, response.StatusCode);
        Assert.Equal(expected == HttpStatusCode.OK, (await response.Content.ReadAsStringAsync()).Contains("silo-0", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Cluster_WithAModelHiddenByItsOwnPolicy_TellsOnlyNamesOfThisServerThatMayBeSeen()
    {
        await using DashboardServer server = await StartAsync(DemoCluster.OfTheShop(), static o => o.ModelPolicies["fraud"] = new AspNetCore.OpenInferencePolicies { Statistics = "admin" });
        JsonNode answer = await server.GetAsync("cluster");
        Assert.DoesNotContain("fraud", answer.ToJsonString(), StringComparison.Ordinal);
        // Of 'eu/ranker', which this server does not serve, it is not known that it is not 'fraud'.
        Assert.Equal([[], ["churn"], []], answer["silos"]!.AsArray().Select(silo => Names(silo!, "models").Where(name => name != "ranker")));
        Assert.Equal([["ranker/0"], ["churn/1", "ranker/1"], []], answer["silos"]!.AsArray().Select(silo => Names(silo!, "replicas")));
        Assert.Equal(2, (int)answer["silos"]![0]!["modelCount"]!);
        JsonNode all = await server.GetAsync("cluster", DashboardServer.AdminKey);
        Assert.Equal(["fraud", "ranker"], Names(all["silos"]![0]!, "models"));
        Assert.Equal(["churn", "eu/ranker", "ranker"], Names(all["silos"]![1]!, "models"));
    }

    [Fact]
    public async Task Cluster_WithAHiddenModelThatOnlySilosHave_DoesNotTellOfIt()
    {
        await using DashboardServer server = await StartAsync(DemoCluster.OfTheShop(), static o => o.ModelPolicies["eu/ranker"] = new AspNetCore.OpenInferencePolicies { Statistics = "admin" });
        JsonNode silo = (await server.GetAsync("cluster"))["silos"]![1]!;
        Assert.Equal(["churn", "ranker"], Names(silo, "models"));
        Assert.Equal(["churn/1", "ranker/1"], Names(silo, "replicas"));
    }

    private static Task<DashboardServer> StartAsync(IClusterStatus cluster, Action<AspNetCore.OpenInferenceOptions>? configure = null) => DashboardServer.StartAsync(
        services =>
        {
            services.AddSingleton(cluster);
            foreach (string name in (string[])["ranker", "fraud", "churn"])
            {
                services.AddKeyedSingleton<IModelRunner>(name, new DemoRunner(DemoWorld.Info(name, "1")));
            }
        },
        options: o => configure?.Invoke(o));

    private static IEnumerable<string> Names(JsonNode silo, string property) => silo[property]!.AsArray().Select(name => (string)name!);

    // Answers after 20 s.
    private sealed class SilentCluster(bool heedsToken, bool blocks) : IClusterStatus
    {
        private static readonly TimeSpan s_long = TimeSpan.FromSeconds(20);

        public async ValueTask<IReadOnlyList<SiloSnapshot>> ReadAsync(CancellationToken cancellationToken = default)
        {
            if (blocks)
            {
                Thread.Sleep(s_long);
            }

            await Task.Delay(s_long, heedsToken ? cancellationToken : CancellationToken.None);
            return [];
        }
    }
}
