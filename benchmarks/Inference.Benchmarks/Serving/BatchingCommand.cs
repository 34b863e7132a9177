using System.Diagnostics;
using Inference.Batching;
using Inference.Rows;

namespace Inference.Benchmarks.Serving;

/// <summary>Measures batching against a direct loop over batches of 64 and against no batching.</summary>
internal static class BatchingCommand
{
    private const int Callers = 64;

    public static async Task<int> RunAsync(string[] args)
    {
        ServingArguments arguments = ServingArguments.Parse(args, 1, 7, "spam_minilm_op11", "mnist_resnet");
        bool good = true;
        foreach (string folder in arguments.Models)
        {
            good &= await MeasureAsync(folder, arguments);
        }

        return MeasureIdle() & good ? 0 : 2;
    }

    private static async Task<bool> MeasureAsync(string folder, ServingArguments arguments)
    {
        IModelRunner model = ServedModel.Load(folder);
        NamedValues[] rows = RowSource.Make(folder, model.Info, 256);
        using NamedValues block = BatchRows.Concatenate(rows.AsSpan(0, Callers));
        using IModelRunner batched = model.AsBuilder().UseBatching(o =>
        {
            o.MaxRows = Callers;
            o.MaxDelay = TimeSpan.FromMicroseconds(200);
        }).Build();
        NamedValues Next(int i) => rows[i & 255];

        // Warm-up: code, plans, and the controller's first probes.
        ClosedLoop.Direct(model, block, arguments.Seconds);
        await ClosedLoop.RunAsync(model, Next, Callers, arguments.Seconds);
        await ClosedLoop.RunAsync(batched, Next, Callers, 3 * arguments.Seconds);
        var toDirect = new List<double>();
        var toUnbatched = new List<double>();
        (double direct, double with, double without) = (0, 0, 0);
        for (int round = 0; round < arguments.Rounds; round++)
        {
            direct = Callers * ClosedLoop.Direct(model, block, arguments.Seconds);
            with = await ClosedLoop.RunAsync(batched, Next, Callers, arguments.Seconds);
            without = await ClosedLoop.RunAsync(model, Next, Callers, arguments.Seconds);
            toDirect.Add(with / direct);
            toUnbatched.Add(with / without);
        }

        double share = ClosedLoop.Median(toDirect);
        double gain = ClosedLoop.Median(toUnbatched);
        bool aside = batched.GetService<IBatchingStatus>()!.IsSteppedAside;
        Console.WriteLine($"{model.Info.Name}: {Callers} callers {with:F0} rows/s{(aside ? " (stepped aside)" : "")}, direct batch-{Callers} loop {direct:F0}, unbatched {without:F0} (last round)");
        Console.WriteLine($"  batched ÷ direct    {share:F2}  (want ≥ 0.70; rounds {Join(toDirect)})");
        Console.WriteLine($"  batched ÷ unbatched {gain:F2}  (want ≥ 0.95; rounds {Join(toUnbatched)})");
        return share >= 0.7 && gain >= 0.95;
    }

    private static bool MeasureIdle()
    {
        const int calls = 20_000;
        using var model = new NullRunner();
        using IModelRunner batched = model.AsBuilder().UseBatching().Build();
        using NamedValues row = NullRunner.Row(1);
        var added = new List<double>();
        for (int round = 0; round < 15; round++)
        {
            double without = Time(model, row, calls);
            added.Add(Time(batched, row, calls) - without);
        }

        double median = ClosedLoop.Median(added);
        Console.WriteLine($"one idle caller pays {median:F3} µs  (want ≤ 5)");
        return median <= 5;
    }

    private static double Time(IModelRunner runner, NamedValues row, int calls)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < calls; i++)
        {
            runner.Run(row).Dispose();
        }

        return Stopwatch.GetElapsedTime(start).TotalMicroseconds / calls;
    }

    private static string Join(IEnumerable<double> values) => string.Join(" ", values.Select(v => v.ToString("F2")));
}
