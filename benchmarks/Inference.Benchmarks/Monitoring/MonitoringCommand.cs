using System.Globalization;
using System.Runtime.Intrinsics;
using Inference.Benchmarks.Serving;
using Inference.Monitoring;
using Inference.Monitoring.Collection;

namespace Inference.Benchmarks.Monitoring;

/// <summary>
/// <c>monitoring [--seconds 1] [--rounds 7]</c>: what monitoring costs, as processor time over the same calls without it: of a float value, of a row of 64, in one thread and in eight, of a call of 20 µs at the default budget; and the memory
/// of 1,000 models of 50 columns. Exit code 0 when all are within their bounds.
/// </summary>
internal static class MonitoringCommand
{
    private const int Features = 64;

    // The bounds: ns a value, ns a row, share of a call, bytes.
    private const double MostValue = 2;
    private const double MostRow = 150;
    private const double MostShare = 0.01;
    private const double MostMemory = 200e6;

    public static Task<int> RunAsync(string[] args)
    {
        ServingArguments arguments = ServingArguments.Parse(args, 1, 7);
        bool good = true;
        Console.WriteLine($"Vectors of {(Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128)} bits; {Environment.ProcessorCount} processors; medians of {arguments.Rounds} rounds of {Text(arguments.Seconds)} s (quartiles).");
        Console.WriteLine("| what | figure | bound |");
        Console.WriteLine("| --- | --- | --- |");
        good &= Values(arguments);
        foreach (int threads in new[] { 1, 8 })
        {
            good &= Row(arguments, threads, outputs: false, correlated: false);
            good &= Row(arguments, threads, outputs: true, correlated: false);
            Row(arguments, threads, outputs: true, correlated: true);
            Row(arguments, threads, outputs: true, correlated: true, joint: true);
        }

        good &= Bytes();
        good &= Budget(arguments);
        good &= Memory(mixed: false) & Memory(mixed: true);
        return Task.FromResult(good ? 0 : 2);
    }

    // The forms that this machine runs, over rows that are in the first-level cache.
    private static bool Values(ServingArguments arguments)
    {
        const int Rows = 64;
        ReferenceProfile profile = MonitoredLoad.Profile("values", Features, outputs: false, correlated: false);
        NamedValues inputs = MonitoredLoad.Inputs(new Random(2), Rows, Features, correlated: false);
        float[] data = inputs["x"].AsSpan<float>().ToArray();
        var run = new FloatRun([.. profile.Columns.Take(Features).Select(static c => c.Definition)], 0, 0);
        var stripe = new Stripe(profile.WindowLayout, run.CountsRemainder);
        var collector = new Collector(profile.WindowLayout);
        double best = double.MaxValue;
        foreach ((string form, bool chosen, Action call) in new (string, bool, Action)[]
        {
            ("512 bits", Vector512.IsHardwareAccelerated, () => run.Collect512(data, Rows, [], stripe)),
            ("256 bits", !Vector512.IsHardwareAccelerated && Vector256.IsHardwareAccelerated, () => run.Collect256(data, Rows, [], stripe)),
            ("scalar", false, () => run.CollectScalar(data, Rows, [], stripe)),
            ("a whole call of 64 rows", true, () => collector.Collect(inputs, null)),
        })
        {
            double[] times = MonitoredLoad.PerCall(call, arguments);
            double median = MonitoredLoad.Median(times) / (Rows * Features);
            best = chosen ? Math.Min(best, median) : best;
            Console.WriteLine($"| a float value, {form} | {Text(median)} ns ({MonitoredLoad.Quartiles(times, 1.0 / (Rows * Features))}) | {(chosen ? $"≤ {Text(MostValue)}" : "")} |");
        }

        return best <= MostValue;
    }

    private static bool Row(ServingArguments arguments, int threads, bool outputs, bool correlated, bool joint = false)
    {
        using var load = new MonitoredLoad("row", Features, outputs, correlated, static o => o.Budget = null, own: joint ? MonitoredLoad.Profile("row", Features, outputs, correlated, joint) : null);
        double[] times = load.Added(threads, arguments);
        double median = MonitoredLoad.Median(times);
        Console.WriteLine($"| a row of {Features} features{(outputs ? " and a score" : "")}{(correlated ? ", in 32 pairs" : "")}{(joint ? " and 16 residuals" : "")}, {threads} thread{(threads == 1 ? "" : "s")} | {Text(median)} ns ({MonitoredLoad.Quartiles(times, 1)}) | {(correlated ? "" : $"≤ {Text(MostRow)}")} |");
        return median <= MostRow;
    }

    private static bool Bytes()
    {
        using var load = new MonitoredLoad("bytes", Features, outputs: true, correlated: true, static o => o.Budget = null);
        long bytes = load.BytesPerCall();
        Console.WriteLine($"| bytes a call | {bytes} | 0 |");
        return bytes == 0;
    }

    private static bool Budget(ServingArguments arguments)
    {
        const double Microseconds = 20;
        using var load = new MonitoredLoad("budget", Features, outputs: true, correlated: false, static _ => { }, inner => new BusyRunner(inner, Microseconds));
        double[] times = load.Added(1, arguments);
        double share = MonitoredLoad.Median(times) / (1000 * Microseconds);
        Console.WriteLine($"| of a call of {Text(Microseconds)} µs, default budget | {share.ToString("P2", CultureInfo.InvariantCulture)} ({MonitoredLoad.Quartiles(times, 0.1 / Microseconds)} %), {load.Monitor.Snapshot.SampledShare.ToString("P0", CultureInfo.InvariantCulture)} of calls counted | ≤ 1 % |");
        return share <= MostShare;
    }

    private static bool Memory(bool mixed)
    {
        const int Models = 1_000;
        const int Columns = 50;
        string folder = Path.Combine(Path.GetTempPath(), "inference-monitoring-" + Guid.NewGuid().ToString("N"));
        long before = GC.GetTotalMemory(forceFullCollection: true);
        var loads = new List<MonitoredLoad>();
        try
        {
            for (int i = 0; i < Models; i++)
            {
                // Each has a profile of its own, as from a file.
                void Configure(MonitoringOptions o)
                {
                    o.Budget = null;
                    o.Directory = Path.Combine(folder, "{model}");
                }

                var load = new MonitoredLoad($"model-{i}", Columns - 1, outputs: true, correlated: false, Configure, own: mixed ? MonitoredLoad.MixedProfile($"model-{i}", Columns - 1, i) : null);
                load.Run(64);
                load.Monitor.Flush();
                load.Run(64);
                loads.Add(load);
            }

            long bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
            Console.WriteLine($"| memory of {Models:N0} models of {Columns} columns{(mixed ? ", half of them rounded or with NaN" : "")}, windows in a folder | {Text(bytes / 1e6)} MB | ≤ {Text(MostMemory / 1e6)} MB |");
            return bytes <= MostMemory;
        }
        finally
        {
            loads.ForEach(static l => l.Dispose());
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private static string Text(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
