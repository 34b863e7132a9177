using System.Diagnostics;
using System.Net;
using Inference.Orleans;
using Inference.Status;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Hosting;

namespace Inference.Cluster;

/// <summary>One silo with more models than it may hold: random models are called, and each call that loads one is compared with loading and running the same bytes without a cluster.</summary>
internal static class ManyModels
{
    private const long Cap = 200L << 20;
    private const int Width = 512;
    private const int Calls = 2_000;
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(10);

    public static async Task<ManyReport> RunAsync(ClusterSettings settings)
    {
        byte[] model = ClusterModel.Make(Width, Width);
        string[] names = [.. Enumerable.Range(0, settings.Many).Select(static i => $"model-{i}")];
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        foreach (string name in names)
        {
            builder.Services.AddModel(name, o => o.Source = ModelSource.Bytes(model));
        }

        builder.UseOrleans(silo => silo.UseLocalhostClustering(settings.SiloPort(0), settings.GatewayPort(0), new IPEndPoint(IPAddress.Loopback, settings.SiloPort(0))).AddInferenceSilo(o =>
        {
            o.MaxModelBytes = Cap;
            o.BytesOf = _ => model.Length;
            o.ExchangeInterval = s_interval;
        }));
        using IHost host = builder.Build();
        await host.StartAsync().ConfigureAwait(false);
        var grains = host.Services.GetRequiredService<IGrainFactory>();
        var status = host.Services.GetRequiredService<IClusterStatus>();
        using NamedValues row = ClusterModel.Row(0, Width);
        var runners = new Dictionary<string, OrleansModelRunner>(StringComparer.Ordinal);
        var random = new Random(1);
        var cold = new List<double>();
        var alone = new List<double>();
        int wrong = 0;
        long most = 0;
        float[]? expected = null;
        for (int i = 0; i < Calls; i++)
        {
            long began = Stopwatch.GetTimestamp();
            using (IModelRunner direct = ModelRunner.Load(ModelSource.Bytes(model)))
            {
                using NamedValues outputs = await direct.RunAsync(row).ConfigureAwait(false);
                alone.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                expected ??= outputs["y"].AsSpan<float>().ToArray();
            }

            string name = names[random.Next(names.Length)];
            if (!runners.TryGetValue(name, out OrleansModelRunner? runner))
            {
                runners[name] = runner = await OrleansModelRunner.ConnectAsync(name, grains).ConfigureAwait(false);
                continue;
            }

            // Until the silo has reported what is loaded.
            await Task.Delay(2 * s_interval).ConfigureAwait(false);
            bool isLoaded = (await status.ReadAsync().ConfigureAwait(false)).Any(s => s.Models.Contains(name));
            began = Stopwatch.GetTimestamp();
            using NamedValues answer = await runner.RunAsync(row).ConfigureAwait(false);
            double time = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            wrong += answer["y"].AsSpan<float>().SequenceEqual(expected) ? 0 : 1;
            if (!isLoaded)
            {
                cold.Add(time);
            }

            most = Math.Max(most, (await status.ReadAsync().ConfigureAwait(false)).Max(static s => s.Bytes));
        }

        using var process = Process.GetCurrentProcess();
        return new ManyReport(names.Length, Calls, wrong, Cap >> 20, most >> 20, process.WorkingSet64 >> 20, cold.Count, Share(cold, 0.5), Share(cold, 0.99), Share(alone, 0.5), Share(alone, 0.99));
    }

    private static double Share(List<double> times, double share)
    {
        double[] sorted = [.. times.Order()];
        return sorted.Length == 0 ? 0 : Math.Round(sorted[(int)(share * (sorted.Length - 1))], 2);
    }
}
