using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using Inference.Batching;
using Inference.Decisions;
using Inference.Orleans;
using Inference.Status;
using Inference.Versioning;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Inference.Cluster;

/// <summary>
/// A silo as a process. Writes <c>ready</c> and ends when its standard input does. One that measures then writes <c>local TOTAL DIRECT</c> (microseconds, medians of a call that stays in the process and of one without the cluster) and,
/// once the next silo is there, <c>across P50 P99</c> (microseconds of calls that run in that one).
/// </summary>
internal static class SiloRole
{
    /// <summary>What a line begins with that says when a silo's trial ended.</summary>
    public const string TrialEnded = "ended ";

    private const string ThroughCluster = "cluster";

    // The same model once more, loaded in the second silo alone: its calls go from silo to silo.
    private const string InOther = "other";
    private const int OtherSilo = 1;

    public static async Task<int> RunAsync(ClusterSettings settings)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders().AddSimpleConsole(o => o.SingleLine = true).AddConsole(o => o.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning);
        AddModel(builder.Services, ClusterModel.Name, settings);
        AddModel(builder.Services, InOther, settings);
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
            silo.AddInferenceSilo(o =>
            {
                o.Pinned.Add(ClusterModel.Name);
                if (settings.Index == OtherSilo)
                {
                    o.Pinned.Add(InOther);
                }
            });
        });
        using IHost host = builder.Build();
        await host.StartAsync().ConfigureAwait(false);
        Console.WriteLine("ready");
        var stopping = new CancellationTokenSource();
        Task trials = Task.Run(() => TryAsync(host.Services, settings, stopping.Token));
        Task measured = settings.Measures ? Task.Run(() => TryMeasureAsync(host.Services, settings, stopping.Token)) : Task.CompletedTask;
        await Task.WhenAny(Task.Run(Console.In.ReadToEndAsync), host.WaitForShutdownAsync()).ConfigureAwait(false);
        await stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(trials, measured).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (settings is { Index: 0, Store: StoreKind.Memory } && host.Services.GetRequiredKeyedService<IModelRunner>(ClusterModel.Name).GetService<IModelVersions>() is { } versions)
        {
            int doubles = DoubleDecisions.Count(await versions.ReadAuditAsync().ConfigureAwait(false));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"double {doubles}"));
        }

        await host.StopAsync().ConfigureAwait(false);
        return 0;
    }

    private static void AddModel(IServiceCollection services, string name, ClusterSettings settings) => services.AddModel(name, o => o.Source = ModelSource.Directory(settings.Models))
        .Use(static runner => new TrialStage(runner))
        .UseVersioning(o =>
        {
            o.Rollout = RolloutMode.Manual;
            o.Canary.ShadowWarmupCalls = 0;
            o.Canary.CompareLatency = false;
        })
        .PerVersion(static v => v.UseBatching());

    // There is nothing to try, and nothing to watch, before version 2 is published.
    private static async Task TryAsync(IServiceProvider services, ClusterSettings settings, CancellationToken stopping)
    {
        while (!Directory.Exists(Path.Combine(settings.Models, "2")))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(500), stopping).ConfigureAwait(false);
        }

        await Task.WhenAll(DecideAsync(services, settings, stopping), WatchAsync(services, stopping)).ConfigureAwait(false);
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

    private static async Task TryMeasureAsync(IServiceProvider services, ClusterSettings settings, CancellationToken stopping)
    {
        try
        {
            await MeasureAsync(services, settings, stopping).ConfigureAwait(false);
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync($"failed: {exception}").ConfigureAwait(false);
        }
    }

    private static async Task MeasureAsync(IServiceProvider services, ClusterSettings settings, CancellationToken stopping)
    {
        const int Calls = 20_000;
        var cluster = services.GetRequiredKeyedService<IModelRunner>(ThroughCluster);
        var direct = services.GetRequiredKeyedService<IModelRunner>(ClusterModel.Name);
        await cluster.EnsureLoadedAsync(stopping).ConfigureAwait(false);
        NamedValues[] rows = ClusterModel.Rows();
        double[] medians = new double[2];
        foreach (int which in (int[])[0, 1, 0, 1])
        {
            medians[which] = (await CallTimes.MeasureAsync(which == 0 ? cluster : direct, rows, 0, Calls).ConfigureAwait(false)).P50Us;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"local {medians[0]:0.0} {medians[1]:0.0}"));
        if (settings.Silos <= OtherSilo)
        {
            return;
        }

        var status = services.GetRequiredService<IClusterStatus>();
        while (!(await status.ReadAsync(stopping).ConfigureAwait(false) is var silos && silos.Count == settings.Silos && silos.Any(static s => s.Models.Contains(InOther))))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), stopping).ConfigureAwait(false);
        }

        // Not before: the first call decides where the model is.
        OrleansModelRunner across = await OrleansModelRunner.ConnectAsync(InOther, services.GetRequiredService<IGrainFactory>(), cancellationToken: stopping).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable disposing = across.ConfigureAwait(false);
        CallTimes times = await CallTimes.MeasureAsync(across, rows, settings.WarmUp, CallTimes.Measured).ConfigureAwait(false);
        string[] places = [.. (await status.ReadAsync(stopping).ConfigureAwait(false)).Where(static s => s.Models.Contains(InOther)).Select(static s => s.Name)];
        if (places is not ["silo-1"])
        {
            throw new InvalidOperationException($"expected model '{InOther}' in silo-{OtherSilo} alone, got it in {string.Join(", ", places)}");
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"across {times.P50Us:0.0} {times.P99Us:0.0}"));
    }
}
