using Inference.AspNetCore.Dashboard;
using Inference.Decisions;
using Inference.Feedback;
using Inference.Monitoring;
using Inference.Status;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Dashboard.Tests.Demo;

/// <summary>Eight models of a shop: a canary under way, a drift alarm, slices, a fallback, a failed load, decisions. A cluster of three silos.</summary>
internal sealed class DemoWorld
{
    public DemoVersions RankerVersions { get; } = Ranker.Versions();

    public DemoMonitor FraudMonitor { get; } = Fraud.Monitor();

    public DemoCluster Cluster { get; } = DemoCluster.OfTheShop();

    /// <summary>Registers the models and the cluster.</summary>
    public void Register(IServiceCollection services)
    {
        services.AddSingleton<IClusterStatus>(Cluster);
        Add(services, Ranker.Runner(RankerVersions));
        Add(services, Fraud.Runner(FraudMonitor));
        Add(services, new DemoRunner(Info("recommender", "12", Port("user", ElementType.Int64, -1), Port("items", ElementType.Int64, -1, 50)) with { Outputs = [Port("like", ElementType.Float32, -1, 50)] })
            .With<IModelTraffic>(new DemoTraffic(Traffic("12", 1840, 0.4, 0.00031, 0.0009, 0.0017, 92_400_000, 1800)))
            .With<IModelVersions>(new DemoVersions("recommender", Version("12", ModelVersionState.Default, 92_400_000), Version("11", ModelVersionState.Standby, 18_000_000)))
            .With<IModelMonitor>(Healthy("recommender", "12", 24)).With<ICacheControl>(new DemoStages(0.62, 0)));
        Add(services, Churn.Runner());
        Add(services, new DemoRunner(Info("query-embedder", "3", Port("text", ElementType.String, -1)) with { Outputs = [Port("embedding", ElementType.Float32, -1, 384)] })
        {
            State = ModelState.Degraded,
            Description = "The circuit of 'version:3' is open after 5 failures; calls are answered by 'version:2' since 09:41.",
        }.With<IModelTraffic>(new DemoTraffic(Traffic("2", 61, 0, 0.0042, 0.0088, 0.013, 190_000, 2), Traffic("3", 4, 3.2, 0.051, 0.22, 0.31, 410_000, 21_000)))
            .With<IModelVersions>(new DemoVersions("query-embedder", Version("3", ModelVersionState.Default, 410_000), Version("2", ModelVersionState.Standby, 190_000))).With<IBatchingStatus>(new DemoStages(0, 41)));
        Add(services, new DemoRunner(Info("image-moderation", "2026-11-02", Port("pixels", ElementType.Float32, -1, 3, 224, 224)) with { Outputs = [Port("label", ElementType.String, -1), Port("score", ElementType.Float32, -1, 5)] })
            .With<IModelTraffic>(new DemoTraffic(Traffic("2026-11-02", 22.5, 0.01, 0.0184, 0.031, 0.044, 1_204_331, 77)))
            .With<IModelVersions>(new DemoVersions("image-moderation", Version("2026-11-09", ModelVersionState.Standby, 0), Version("2026-11-02", ModelVersionState.Default, 1_204_331))
            {
                Shadow = new ShadowReport { Version = "2026-11-09", Compared = 20_114, Different = 161, Failed = 0, Dropped = 88, LargestDifference = 0.041, LastDifference = "output 'score', row 0, element 3: 0.612 against 0.571" },
            }).With<IModelMonitor>(Healthy("image-moderation", "2026-11-02", 13)));
        Add(services, new DemoRunner(Info("delivery-time", "1", Port("route", ElementType.Float32, -1, 18)) with { Outputs = [Port("minutes", ElementType.Float32, -1, 1)] })
            .With<IModelTraffic>(new DemoTraffic(Traffic("1", 9.1, 0, 0.00008, 0.00012, 0.00021, 88_210, 3)))
            .With<IModelMonitor>(new DemoMonitor(new MonitoringSnapshot { ModelName = "delivery-time", ModelVersion = "1", State = MonitoringState.Learning, Description = "A profile is being learned: 3,120 of 10,000 rows.", Rows = 3120, RowsSeen = 3120 })));
        Add(services, new DemoRunner(Info("legacy-scorer", "")) { State = ModelState.Failed, Description = "Model 'legacy-scorer': operator 'CustomScore' of domain 'com.example' is not supported. Register a provider that has it." });
    }

    /// <summary>Fills the history of the models with an hour and a day.</summary>
    public static void FillHistory(HistoryService history, IEnumerable<AspNetCore.Models.ServedModel> models)
    {
        foreach (AspNetCore.Models.ServedModel model in models)
        {
            if (model.Runner is not DemoRunner { State: not ModelState.Failed } runner || runner.GetService(typeof(IModelTraffic)) is not IModelTraffic traffic)
            {
                continue;
            }

            TrafficTotal total = TrafficTotal.Of(traffic.Versions);
            var random = new Random(model.Name.Length);
            bool canary = model.Name == "ranker", cached = runner.GetService(typeof(ICacheControl)) is not null, batched = runner.GetService(typeof(IBatchingStatus)) is not null;
            double evidence, queue = 6;
            double cachedShare = runner.GetService(typeof(ICacheControl)) is ICacheControl cache ? (double)cache.Statistics.Hits / (cache.Statistics.Hits + cache.Statistics.Misses) : 0;
            const int Samples = 30 * 60;
            for (int i = 0; i < Samples; i++)
            {
                double wave = 1 + (0.22 * Math.Sin((i - Samples) / 55.0)) + (0.05 * (random.NextDouble() - 0.5)), slow = 1 + (0.12 * Math.Sin(i / 31.0)) + (0.16 * Math.Pow(random.NextDouble(), 6));
                queue = Math.Max(0, (queue * 0.9) + (random.NextDouble() * 2) - 0.4);
                int at = i - (Samples - 300);
                evidence = at < 0 ? 0 : (0.322 * at / 300) + (0.12 * Math.Sin(at / 17.0) * (300 - at) / 300);
                float half = (float)(0.09 / Math.Sqrt(1 + (Math.Max(at, 0) / 6.0)));
                history.Of(model).Add(
                [
                    (float)(total.CallsPerSecond * wave),
                    (float)(total.FailedPerSecond * wave * (0.7 + (0.6 * random.NextDouble()))),
                    (float)(total.P50 * (0.94 + (0.1 * slow))),
                    (float)(total.P95 * slow * (0.96 + (0.08 * random.NextDouble()))),
                    (float)(total.P99 * slow * (0.94 + (0.14 * random.NextDouble()))),
                    canary && at >= 0 ? (float)evidence : float.NaN,
                    canary && at >= 0 ? (float)(0.0021 + (0.001 * Math.Sin(at / 20.0)) - half) : float.NaN,
                    canary && at >= 0 ? (float)(0.0021 + (0.001 * Math.Sin(at / 20.0)) + half) : float.NaN,
                    cached ? (float)(cachedShare + (0.05 * (wave - 1))) : float.NaN,
                    batched ? (float)queue : float.NaN,
                ]);
            }
        }
    }

    public static ModelInfo Info(string name, string version, params ModelPort[] inputs) => new()
    {
        Name = name,
        Version = version,
        Digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name + version))),
        Inputs = inputs,
        Outputs = [],
        BatchAxis = 0,
        RowIndependent = true,
        Provider = "cpu",
        Metadata = new Dictionary<string, string> { ["author"] = "search team", ["trained"] = "2026-11-21" },
    };

    public static ModelPort Port(string name, ElementType type, params long[] shape) => new(name, ModelValueType.Tensor(type, [.. shape.Select(d => d < 0 ? Dimension.Named("N") : Dimension.Fixed(d))]));

    public static VersionTraffic Traffic(string version, double rate, double failed, double p50, double p95, double p99, long calls, long failures) => new()
    {
        Version = version,
        Calls = calls,
        Failed = failures,
        CallsPerSecond = rate,
        FailedPerSecond = failed,
        P50 = TimeSpan.FromSeconds(p50),
        P95 = TimeSpan.FromSeconds(p95),
        P99 = TimeSpan.FromSeconds(p99),
        Mean = TimeSpan.FromSeconds(p50 * 1.18),
    };

    public static ModelVersionStatus Version(string version, ModelVersionState state, long calls, string? error = null, string[]? labels = null, Dictionary<string, string>? lineage = null) => new()
    {
        Version = version,
        State = state,
        Labels = labels ?? [],
        Digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(version))),
        Bytes = 48_331_776 + (version.Length * 91_000),
        CallsInFlight = state == ModelVersionState.Default ? 3 : 0,
        Calls = calls,
        Error = error,
        Lineage = lineage ?? [],
    };

    private static DemoMonitor Healthy(string name, string version, int columns) => new(new MonitoringSnapshot
    {
        ModelName = name,
        ModelVersion = version,
        State = MonitoringState.Healthy,
        ProfileDigest = "3f8a0f",
        EvaluatedAt = DateTimeOffset.UtcNow.AddSeconds(-20),
        Rows = 812_330,
        RowsSeen = 812_330,
        LogEvidence = 0.4,
        Columns = [.. Enumerable.Range(0, columns).Select(i => new ColumnSnapshot { Name = $"features[{i}]", State = MonitoringState.Healthy, LogEvidence = 0.1 * (i % 7), JensenShannon = 0.002 + (0.0004 * (i % 5)), Psi = 0.004, KolmogorovSmirnov = 0.008 })],
    });

    private static void Add(IServiceCollection services, DemoRunner runner) => services.AddKeyedSingleton<IModelRunner>(runner.Info.Name, runner);
}
