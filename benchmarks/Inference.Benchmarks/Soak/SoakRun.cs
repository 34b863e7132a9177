using System.Collections.Concurrent;
using System.Diagnostics;
using Inference.Batching;
using Inference.Caching;
using Inference.Status;
using Inference.Versioning;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Benchmarks.Soak;

/// <summary>
/// Everything at once on the managed engine: fallback over versioning over caching over batching, swaps, poisoned rows, cancelled calls, corrupt versions, a faulty
/// second cache level. Every answer must be, bit by bit, one that the version named by the call's record gives for that row when it is run directly; see <see cref="SoakModel.IsExact"/>.
/// </summary>
public static class SoakRun
{
    private const string Model = "soak";

    public static async Task<SoakReport> RunAsync(SoakOptions options)
    {
        var report = new SoakReport();
        string root = Path.Combine(Path.GetTempPath(), "inference-soak-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(root);
        try
        {
            var model = new SoakModel(options.Seed);
            foreach (string version in new[] { "1", "2" })
            {
                byte[] bytes = SoakModel.Make(int.Parse(version));
                SoakModel.Publish(root, version, bytes);
                model.Learn(version, bytes);
            }

            ServiceProvider services = Services(root, report);
            await using (services.ConfigureAwait(false))
            {
                var runner = services.GetRequiredKeyedService<IModelRunner>(Model);
                await runner.EnsureLoadedAsync().ConfigureAwait(false);
                using var stop = new CancellationTokenSource(options.Duration);
                Task memory = WatchMemoryAsync(options, report, stop.Token);
                Task swaps = SwapAsync(services.GetRequiredKeyedService<IModelVersions>(Model), root, options, report, stop.Token);
                await Task.WhenAll(Enumerable.Range(0, options.Callers).Select(c => Task.Run(() => CallAsync(runner, model, options, report, c, stop.Token)))).ConfigureAwait(false);
                await Task.WhenAll(memory, swaps).ConfigureAwait(false);
            }
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }

        return report;
    }

    private static ServiceProvider Services(string root, SoakReport report)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IDistributedCache>(new FaultyDistributedCache(report));
        services.AddModel(Model, o => o.Source = ModelSource.Directory(root))
            .UseFallback(o => o.Chain.Add("version:previous"))
            .UseVersioning(o =>
            {
                o.KeepLatest = 1;
                o.Debounce = TimeSpan.FromMilliseconds(20);
                o.PollInterval = TimeSpan.FromSeconds(1);
            })
            .PerVersion(v => v
                .UseCaching(o =>
                {
                    o.MaxBytes = 1 << 20;
                    o.Adaptive = false;
                    o.SecondLevel.Enabled = true;
                })
                .UseBatching(o => o.MaxRows = SoakModel.MaxBatch)
                .Use(inner => new PoisonRunner(inner)));
        return services.BuildServiceProvider();
    }

    private static async Task CallAsync(IModelRunner runner, SoakModel model, SoakOptions options, SoakReport report, int caller, CancellationToken stop)
    {
        var random = new Random(options.Seed * 1009 + caller);
        while (!stop.IsCancellationRequested)
        {
            int[] rows = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next(SoakModel.Rows))];
            bool poisoned = random.NextDouble() < options.PoisonShare;
            using var cancel = new CancellationTokenSource();
            if (random.NextDouble() < options.CancelShare)
            {
                cancel.CancelAfter(TimeSpan.FromMicroseconds(random.Next(1, 2_000)));
            }

            Interlocked.Increment(ref report.Started);
            int completions = await OnceAsync(runner, model, rows, poisoned, random, report, cancel.Token).ConfigureAwait(false);
            if (completions != 1)
            {
                Interlocked.Increment(ref report.Doubled);
            }
        }
    }

    private static async ValueTask<int> OnceAsync(IModelRunner runner, SoakModel model, int[] rows, bool poisoned, Random random, SoakReport report, CancellationToken cancel)
    {
        int completions = 0;
        float[] x = [.. rows.SelectMany(model.Row)];
        if (poisoned)
        {
            x[0] = PoisonRunner.Mark;
        }

        using var inputs = new NamedValues { ["x"] = random.Next(2) == 0 ? TensorValue.Copy(x, [rows.Length, SoakModel.Features]) : TensorValue.Borrow<float>(x, [rows.Length, SoakModel.Features]) };
        var context = new RunContext { BypassCache = random.Next(5) == 0, RoutingKey = "user-" + random.Next(1000), Tenant = random.Next(3) == 0 ? "a" : null };
        try
        {
            using NamedValues outputs = await runner.RunAsync(inputs, context, cancel).ConfigureAwait(false);
            completions++;
            Check(model, rows, poisoned, context, outputs, report);
            Interlocked.Increment(ref report.Answered);
        }
        catch (ModelRunException) when (poisoned)
        {
            completions++;
            Interlocked.Increment(ref report.PoisonedFailed);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            completions++;
            Interlocked.Increment(ref report.Cancelled);
        }
        catch (OverloadedException)
        {
            completions++;
            Interlocked.Increment(ref report.Shed);
        }
        catch (Exception exception)
        {
            completions++;
            Interlocked.Increment(ref report.Unexpected);
            report.Note(exception.ToString());
        }

        return completions;
    }

    private static void Check(SoakModel model, int[] rows, bool poisoned, RunContext context, NamedValues outputs, SoakReport report)
    {
        TensorValue y = outputs["y"];
        if (poisoned || y.Shape[0] != rows.Length)
        {
            Interlocked.Increment(ref report.Wrong);
            report.Note(poisoned ? "a poisoned call was answered" : $"{rows.Length} rows were asked, {y} came");
            return;
        }

        for (int r = 0; r < rows.Length; r++)
        {
            ReadOnlySpan<float> got = y.AsSpan<float>().Slice(r * SoakModel.Outputs, SoakModel.Outputs);
            string version = context.Record.VersionServed ?? "";
            if (!model.IsExact(version, rows[r], got))
            {
                Interlocked.Increment(ref model.IsClose(version, rows[r], got) ? ref report.NotBitIdentical : ref report.Wrong);
                report.Note($"row {r} of {rows.Length} by version '{version}', path {string.Join(",", context.Record.Path)}: got {got[0]:R}");
            }
        }
    }

    private static async Task SwapAsync(IModelVersions versions, string root, SoakOptions options, SoakReport report, CancellationToken stop)
    {
        byte[] whole = SoakModel.Make(1);
        byte[] corrupt = whole[..(whole.Length / 2)];
        try
        {
            using var timer = new PeriodicTimer(options.SwapEvery ?? TimeSpan.FromSeconds(1));
            for (int i = 0; await timer.WaitForNextTickAsync(stop).ConfigureAwait(false); i++)
            {
                if (i % 5 == 4)
                {
                    SoakModel.Publish(root, "9", corrupt);
                    Interlocked.Increment(ref report.CorruptDropped);
                }

                await versions.PromoteAsync(i % 2 == 0 ? "1" : "2", "soak", "swap", stop).ConfigureAwait(false);
                Interlocked.Increment(ref report.Swaps);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Time is up.
        }
        catch (InferenceException exception)
        {
            Interlocked.Increment(ref report.Unexpected);
            report.Note(exception.ToString());
        }
    }

    // Medians over a tenth of the time, around a fifth and at the end: single readings swing with collections.
    private static async Task WatchMemoryAsync(SoakOptions options, SoakReport report, CancellationToken stop)
    {
        var readings = new ConcurrentQueue<long>();
        var watch = Stopwatch.StartNew();
        long lastLog = 0;
        try
        {
            while (true)
            {
                await Task.Delay(250, stop).ConfigureAwait(false);
                readings.Enqueue(Environment.WorkingSet);
                if (options.Log is { } log && watch.ElapsedMilliseconds / 30_000 > lastLog)
                {
                    lastLog = watch.ElapsedMilliseconds / 30_000;
                    await log.WriteLineAsync($"{watch.Elapsed:mm\\:ss} answered {report.Answered}, swaps {report.Swaps}, memory {Environment.WorkingSet >> 20} MiB, wrong {report.Wrong}").ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Time is up.
        }

        long[] all = [.. readings];
        if (all.Length == 0)
        {
            return;
        }

        report.EarlyBytes = Median(all[(all.Length * 15 / 100)..Math.Max(all.Length * 25 / 100, all.Length * 15 / 100 + 1)]);
        report.LateBytes = Median(all[(all.Length * 9 / 10)..]);
        if (options.Duration >= TimeSpan.FromMinutes(5))
        {
            report.MemoryRatio = (double)report.LateBytes / report.EarlyBytes;
        }
    }

    private static long Median(long[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }
}
