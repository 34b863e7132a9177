using System.Diagnostics;
using System.Globalization;
using System.Net;
using Inference.Batching;
using Inference.Decisions;
using Inference.Orleans;
using Inference.Status;
using Inference.Versioning;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Inference.Cluster;

/// <summary>A silo as a process. Writes <c>ready</c>, then <c>local TOTAL DIRECT</c> (microseconds, medians of a call that stays in the process and of one without the cluster), and ends when its standard input does.</summary>
internal static class SiloRole
{
    /// <summary>What a line begins with that says when a silo's trial ended.</summary>
    public const string TrialEnded = "ended ";

    private const string ThroughCluster = "cluster";

    public static async Task<int> RunAsync(ClusterSettings settings)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders().AddSimpleConsole(o => o.SingleLine = true).AddConsole(o => o.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddModel(ClusterModel.Name, o => o.Source = ModelSource.Directory(settings.Models))
            .Use(static runner => new TrialStage(runner))
            .UseVersioning(o =>
            {
                o.Rollout = RolloutMode.Manual;
                o.Canary.ShadowWarmupCalls = 0;
                o.Canary.CompareLatency = false;
            })
            .PerVersion(static v => v.UseBatching());
        builder.Services.AddClusterModel(ThroughCluster, static o => o.Model = ClusterModel.Name);
        builder.UseOrleans(silo =>
        {
            Stores.AddDecisions(silo, settings);
            Stores.Join(silo, settings);
            silo.Configure<EndpointOptions>(o =>
            {
                o.AdvertisedIPAddress = IPAddress.Loopback;
                (o.SiloPort, o.GatewayPort) = (settings.AdvertisedSiloPort(settings.Index), settings.AdvertisedGatewayPort(settings.Index));
                o.SiloListeningEndpoint = new IPEndPoint(IPAddress.Loopback, settings.SiloPort(settings.Index));
                o.GatewayListeningEndpoint = new IPEndPoint(IPAddress.Loopback, settings.GatewayPort(settings.Index));
            });
            silo.Configure<SiloOptions>(o => o.SiloName = string.Create(CultureInfo.InvariantCulture, $"silo-{settings.Index}"));
            silo.AddInferenceSilo(static o => o.Pinned.Add(ClusterModel.Name));
        });
        using IHost host = builder.Build();
        await host.StartAsync().ConfigureAwait(false);
        Console.WriteLine("ready");
        var stopping = new CancellationTokenSource();
        Task decisions = Task.Run(() => DecideAsync(host.Services, settings, stopping.Token));
        Task watched = Task.Run(() => WatchAsync(host.Services, stopping.Token));
        Task measured = settings.Index == 0 ? Task.Run(() => MeasureAsync(host.Services)) : Task.CompletedTask;
        await Task.WhenAny(Task.Run(Console.In.ReadToEndAsync), host.WaitForShutdownAsync()).ConfigureAwait(false);
        await stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(decisions, watched, measured).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (settings is { Index: 0, Store: StoreKind.Memory } && host.Services.GetRequiredKeyedService<IModelRunner>(ClusterModel.Name).GetService<IModelVersions>() is { } versions)
        {
            int doubles = DoubleDecisions.Count(await versions.ReadAuditAsync().ConfigureAwait(false));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"double {doubles}"));
        }

        await host.StopAsync().ConfigureAwait(false);
        return 0;
    }

    // One silo after the other tries version 2, whenever there is no trial. The trial ends by its evidence, in all silos at once.
    private static async Task DecideAsync(IServiceProvider services, ClusterSettings settings, CancellationToken stopping)
    {
        var runner = services.GetRequiredKeyedService<IModelRunner>(ClusterModel.Name);
        for (int turn = 0; !stopping.IsCancellationRequested; turn++)
        {
            try
            {
                if (turn % settings.Silos == settings.Index && runner.GetService<IModelVersions>() is { Canary: null } versions)
                {
                    await versions.StartCanaryAsync("2", 50, $"silo-{settings.Index}", "a trial", stopping).ConfigureAwait(false);
                }
            }
            catch (InferenceException)
            {
                // Another decision came first, or the store is away: the next turn tries again.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(500), stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Writes when a trial has ended in this silo: the number of the decision after which it began, and ticks of UTC.
    private static async Task WatchAsync(IServiceProvider services, CancellationToken stopping)
    {
        var runner = services.GetRequiredKeyedService<IModelRunner>(ClusterModel.Name);
        for (string? known = null; !stopping.IsCancellationRequested;)
        {
            string? trial = runner.GetService<IMergeableEvidence>()?.Report()?.Subject;
            if (known is not null && known != trial)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{TrialEnded}{known[(known.IndexOf('#', StringComparison.Ordinal) + 1)..]} {DateTime.UtcNow.Ticks}"));
            }

            known = trial;
            await Task.Delay(TimeSpan.FromMilliseconds(5), stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task MeasureAsync(IServiceProvider services)
    {
        const int Calls = 20_000;
        var cluster = services.GetRequiredKeyedService<IModelRunner>(ThroughCluster);
        var direct = services.GetRequiredKeyedService<IModelRunner>(ClusterModel.Name);
        await cluster.EnsureLoadedAsync().ConfigureAwait(false);
        double[] medians = new double[2];
        using NamedValues row = ClusterModel.Row(0);
        foreach (int which in (int[])[0, 1, 0, 1])
        {
            IModelRunner runner = which == 0 ? cluster : direct;
            double[] times = new double[Calls];
            for (int i = 0; i < Calls; i++)
            {
                long began = Stopwatch.GetTimestamp();
                using NamedValues outputs = await runner.RunAsync(row).ConfigureAwait(false);
                times[i] = Stopwatch.GetElapsedTime(began).TotalMicroseconds;
            }

            Array.Sort(times);
            medians[which] = times[Calls / 2];
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"local {medians[0]:0.0} {medians[1]:0.0}"));
    }
}
