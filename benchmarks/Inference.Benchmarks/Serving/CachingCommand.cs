using System.Diagnostics;
using Inference.Caching;
using Inference.Status;

namespace Inference.Benchmarks.Serving;

/// <summary>Measures a hit, and the cache under a Zipf load and under rows that never come again.</summary>
internal static class CachingCommand
{
    private const int Kept = Universe / 6;
    private const int Universe = 20_000;
    private const int Callers = 8;

    public static async Task<int> RunAsync(string[] args)
    {
        ServingArguments arguments = ServingArguments.Parse(args, 1, 7, "spam_minilm_op11");
        bool good = MeasureHit();
        foreach (string folder in arguments.Models)
        {
            good &= await MeasureZipfAsync(folder, arguments);
            good &= await MeasureUniqueAsync(folder, arguments);
        }

        return good ? 0 : 2;
    }

    private static bool MeasureHit()
    {
        const int calls = 100_000;
        using IModelRunner cached = new NullRunner().AsBuilder().UseCaching().Build();
        using NamedValues row = NullRunner.Row(1);
        cached.Run(row).Dispose();
        var times = new List<double>();
        long bytes = 0;
        for (int round = 0; round < 15; round++)
        {
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < calls; i++)
            {
                cached.Run(row).Dispose();
            }

            times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds / calls);
            bytes = (GC.GetAllocatedBytesForCurrentThread() - allocated) / calls;
        }

        long[] shape = [1, 2];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < calls; i++)
        {
            var result = new NamedValues(1);
            result.SetValue("y", TensorValue.Allocate(ElementType.Float32, shape));
            result.Dispose();
        }

        long needed = (GC.GetAllocatedBytesForCurrentThread() - before) / calls;
        double median = ClosedLoop.Median(times);
        Console.WriteLine($"hit of a 64-float row: {median:F3} µs  (want ≤ 1), {bytes - needed} B beyond the result of {needed} B  (want 0)");
        return median <= 1 && bytes <= needed;
    }

    private static async Task<bool> MeasureZipfAsync(string folder, ServingArguments arguments)
    {
        IModelRunner model = ServedModel.Load(folder);
        NamedValues[] rows = RowSource.Make(folder, model, Universe);
        long size = 192 + 200 + rows[0].Sum(v => ((TensorValue)v.Value).ByteCount);

        // With exponent 1 a store of this many of the 20,000 rows answers some 80 % of the draws.
        using IModelRunner cached = model.AsBuilder().UseCaching(o => o.MaxBytes = Math.Max(size * Kept, 1 << 20)).Build();
        int[] draws = Zipf(1 << 18);
        NamedValues Next(int i) => rows[draws[i & (draws.Length - 1)]];
        for (int i = Kept; i >= 0; i--)
        {
            cached.Run(rows[i]).Dispose();
        }

        await ClosedLoop.RunAsync(cached, Next, Callers, 2 * arguments.Seconds);
        var ratios = new List<double>();
        var hitRates = new List<double>();
        int offset = 0;
        for (int round = 0; round < arguments.Rounds; round++)
        {
            CacheStatistics start = cached.GetService<ICacheControl>()!.Statistics;
            int from = offset += 37_000;
            double with = await ClosedLoop.RunAsync(cached, i => Next(from + i), Callers, arguments.Seconds);
            CacheStatistics end = cached.GetService<ICacheControl>()!.Statistics;
            double without = await ClosedLoop.RunAsync(model, i => Next(from + i), Callers, arguments.Seconds);
            ratios.Add(with / without);
            hitRates.Add((double)(end.Hits - start.Hits) / (end.Hits - start.Hits + end.Misses - start.Misses));
        }

        double ratio = ClosedLoop.Median(ratios);
        Console.WriteLine($"{model.Info.Name}: Zipf load with {ClosedLoop.Median(hitRates):P0} hits: {ratio:F2} × the throughput without cache  (want ≥ 3 at 80 %)");
        return ratio >= 3;
    }

    private static async Task<bool> MeasureUniqueAsync(string folder, ServingArguments arguments)
    {
        IModelRunner model = ServedModel.Load(folder);
        NamedValues[] rows = RowSource.Make(folder, model, Universe);

        // The rows come round again only after the small store has forgotten them.
        using IModelRunner cached = model.AsBuilder().UseCaching(o => o.MaxBytes = 1 << 20).Build();
        NamedValues Next(int i) => rows[i % Universe];
        await ClosedLoop.RunAsync(cached, Next, Callers, 3 * arguments.Seconds);
        var ratios = new List<double>();
        for (int round = 0; round < arguments.Rounds; round++)
        {
            double with = await ClosedLoop.RunAsync(cached, Next, Callers, arguments.Seconds);
            double without = await ClosedLoop.RunAsync(model, Next, Callers, arguments.Seconds);
            ratios.Add(without / with - 1);
        }

        double loss = ClosedLoop.Median(ratios);
        bool on = cached.GetService<ICacheControl>()!.Statistics.IsOn;
        Console.WriteLine($"{model.Info.Name}: unique rows cost {loss:P1} more with the cache {(on ? "on" : "switched off by itself")}  (want ≤ 5 %)");
        return loss <= 0.05;
    }

    private static int[] Zipf(int count)
    {
        double[] cumulative = new double[Universe];
        double sum = 0;
        for (int i = 0; i < Universe; i++)
        {
            cumulative[i] = sum += 1.0 / (i + 1);
        }

        var random = new Random(1);
        int[] draws = new int[count];
        for (int i = 0; i < count; i++)
        {
            int at = Array.BinarySearch(cumulative, random.NextDouble() * sum);
            draws[i] = Math.Min(at < 0 ? ~at : at, Universe - 1);
        }

        return draws;
    }
}
