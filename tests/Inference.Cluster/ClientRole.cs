using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Inference.Orleans;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Hosting;

namespace Inference.Cluster;

/// <summary>A client as a process: calls without end and compares each answer with one computed here, until its standard input ends; then writes a <see cref="ClientReport"/>. Before, it measures calls one at a time.</summary>
internal static class ClientRole
{
    // A row in a batch is summed in another order than a row alone.
    private const float Tolerance = 1e-5f;

    public static async Task<int> RunAsync(ClusterSettings settings)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders().AddConsole(o => o.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddClusterModel(ClusterModel.Name);
        builder.UseOrleansClient(client => Stores.Join(client, settings));
        using IHost host = builder.Build();
        await host.StartAsync().ConfigureAwait(false);
        var runner = host.Services.GetRequiredKeyedService<IModelRunner>(ClusterModel.Name);
        await runner.EnsureLoadedAsync().ConfigureAwait(false);
        using IModelRunner reference = ModelRunner.Load(ModelSource.Bytes(ClusterModel.Make()));
        NamedValues[] rows = ClusterModel.Rows();
        float[][] expected = [.. rows.Select(row =>
        {
            using NamedValues outputs = reference.Run(row);
            return outputs["y"].AsSpan<float>().ToArray();
        })];
        var report = new ClientReport();
        CallTimes times = await CallTimes.MeasureAsync(runner, rows, settings.WarmUp, CallTimes.Measured).ConfigureAwait(false);
        (report.P50Us, report.P99Us) = (times.P50Us, times.P99Us);
        Console.WriteLine("ready");

        using var stopping = new CancellationTokenSource();
        var slow = new ConcurrentQueue<SlowCall>();
        long began = Stopwatch.GetTimestamp();
        Task[] callers = [.. Enumerable.Range(0, settings.Callers).Select(i => Task.Run(() => CallAsync(runner, rows, expected, i, report, slow, stopping.Token)))];
        await Console.In.ReadToEndAsync().ConfigureAwait(false);
        await stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(callers).ConfigureAwait(false);
        report.CallsPerSecond = (report.CallCount - report.FailedCount) / Stopwatch.GetElapsedTime(began).TotalSeconds;
        report.Slow = [.. slow];
        Console.WriteLine(JsonSerializer.Serialize(report));
        await host.StopAsync().ConfigureAwait(false);
        return 0;
    }

    private static float Difference(ReadOnlySpan<float> got, ReadOnlySpan<float> expected)
    {
        float largest = got.Length == expected.Length ? 0 : float.PositiveInfinity;
        for (int i = 0; i < Math.Min(got.Length, expected.Length); i++)
        {
            float difference = Math.Abs(got[i] - expected[i]);
            largest = difference <= largest ? largest : float.IsNaN(difference) ? float.PositiveInfinity : difference;
        }

        return largest;
    }

    private static async Task CallAsync(IModelRunner runner, NamedValues[] rows, float[][] expected, int caller, ClientReport report, ConcurrentQueue<SlowCall> slow, CancellationToken stopping)
    {
        for (int i = caller; !stopping.IsCancellationRequested; i++)
        {
            var context = new RunContext();
            long began = Stopwatch.GetTimestamp();
            try
            {
                using NamedValues outputs = await runner.RunAsync(rows[i % rows.Length], context, CancellationToken.None).ConfigureAwait(false);
                float difference = Difference(outputs["y"].AsSpan<float>(), expected[i % rows.Length]);
                if (difference > Tolerance)
                {
                    Interlocked.Increment(ref report.WrongCount);
                    await Console.Error.WriteLineAsync($"wrong: row {i % rows.Length} differs by {difference}").ConfigureAwait(false);
                }
            }
            catch (InferenceException exception)
            {
                Interlocked.Increment(ref report.FailedCount);
                await Console.Error.WriteLineAsync($"failed: {exception.Message}").ConfigureAwait(false);
            }

            Interlocked.Increment(ref report.CallCount);
            bool isRetried = context.Record.Path.Any(static s => s.StartsWith("cluster:attempts", StringComparison.Ordinal));
            Interlocked.Add(ref report.RetriedCount, isRetried ? 1 : 0);
            TimeSpan time = Stopwatch.GetElapsedTime(began);
            if (isRetried || time > TimeSpan.FromMilliseconds(250))
            {
                slow.Enqueue(new SlowCall(DateTimeOffset.UtcNow, time.TotalMilliseconds));
            }
        }
    }
}
