using System.Diagnostics;
using Inference.Batching;
using Inference.Rows;
using Inference.Status;

namespace Inference.Benchmarks.Serving;

/// <summary>Measures batching against a direct loop over batches of 64 and against no batching.</summary>
internal static class BatchingCommand
{
    private const int Callers = 64;

    public static async Task<int> RunAsync(string[] args)
    {
        ServingArguments arguments = ServingArguments.Parse(args, 1, 7, "spam_minilm_op11", "mnist_resnet");
        bool good = true;
        Console.WriteLine($"{Callers} callers of single rows, MaxDelay 200 µs; medians of {arguments.Rounds} rounds of {arguments.Seconds} s. Want batched ÷ direct ≥ 0.70 on spam_minilm_op11 and mnist_resnet, batched ÷ unbatched ≥ 0.95.");
        Console.WriteLine("| model | rows | batched rows/s | ÷ direct batch-64 loop | ÷ unbatched (quartiles) | |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        foreach (string folder in arguments.Models)
        {
            good &= await MeasureAsync(folder, arguments);
        }

        return MeasureIdle() & good ? 0 : 2;
    }

    private static async Task<bool> MeasureAsync(string folder, ServingArguments arguments)
    {
        string name = Path.GetFileName(folder);
        string rowsAre = "proved";
        IModelRunner model = ModelRunner.Load(folder);
        if (!model.Info.RowIndependent)
        {
            if (model.Info.BatchAxis != 0)
            {
                Console.WriteLine($"| {name} | no batch axis | | | | |");
                return true;
            }

            try
            {
                model = ServedModel.Load(folder);
                rowsAre = "asserted";
            }
            catch (InferenceException exception)
            {
                Console.WriteLine($"| {name} | depend on each other | | | | {exception.Message} |");
                return true;
            }
        }

        NamedValues[] rows = RowSource.Make(folder, model, 256);
        using NamedValues block = BatchRows.Concatenate(rows.AsSpan(0, Callers));
        using IModelRunner batched = model.AsBuilder().UseBatching(o =>
        {
            o.MaxRows = Callers;
            o.MaxDelay = TimeSpan.FromMicroseconds(200);
        }).Build();
        NamedValues Next(int i) => rows[i & 255];

        // Warm-up: code, plans, and the controller's first probes, which take seconds where a batch does.
        ClosedLoop.Direct(model, block, arguments.Seconds);
        await ClosedLoop.RunAsync(model, Next, Callers, arguments.Seconds);
        await ClosedLoop.RunAsync(batched, Next, Callers, Math.Max(4, 3 * arguments.Seconds));
        var toDirect = new List<double>();
        var toUnbatched = new List<double>();
        var served = new List<double>();
        for (int round = 0; round < arguments.Rounds; round++)
        {
            double direct = Callers * ClosedLoop.Direct(model, block, arguments.Seconds);

            // In turn first, so that what one leaves behind (heat, threads of the pool) is not charged to the other always.
            double with = 0;
            double without = 0;
            for (int half = 0; half < 2; half++)
            {
                if ((half + round & 1) == 0)
                {
                    with = await ClosedLoop.RunAsync(batched, Next, Callers, arguments.Seconds);
                }
                else
                {
                    without = await ClosedLoop.RunAsync(model, Next, Callers, arguments.Seconds);
                }
            }

            served.Add(with);
            toDirect.Add(with / direct);
            toUnbatched.Add(with / without);
        }

        double share = ClosedLoop.Median(toDirect);
        double gain = ClosedLoop.Median(toUnbatched);
        bool aside = batched.GetService<IBatchingStatus>()!.IsSteppedAside;
        Console.WriteLine($"| {name} | {rowsAre} | {ClosedLoop.Median(served):F0} | {share:F2} | {gain:F2} ({ClosedLoop.Quartiles(toUnbatched)}) | {(aside ? "stepped aside" : "")} |");
        return gain >= 0.95 && (share >= 0.7 || name is not ("spam_minilm_op11" or "mnist_resnet"));
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
}
