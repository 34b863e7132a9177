using System.Diagnostics;
using System.Diagnostics.Metrics;
using Inference.Benchmarks.Soak;
using Inference.Diagnostics;

namespace Inference.Benchmarks.Serving;

/// <summary><c>pipeline [--seconds 1] [--rounds 7]</c>: what each stage and all together cost over a model that takes 100 µs of a processor, as a share of throughput and in processor time; exit code 0 when all together cost 5 % at most.</summary>
internal static class PipelineCommand
{
    private const double Microseconds = 100;
    private const double Most = 0.05;
    private static readonly string[][] s_pipelines =
    [
        [],
        ["telemetry"],
        ["validation"],
        ["fallback"],
        ["versioning"],
        ["caching"],
        ["batching"],
        ["telemetry", "validation", "fallback", "versioning", "caching", "batching"],
    ];

    private static int s_row;

    public static async Task<int> RunAsync(string[] args)
    {
        ServingArguments arguments = ServingArguments.Parse(args, 1, 7);
        string root = Path.Combine(Path.GetTempPath(), "inference-pipeline-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(root);
        var pipelines = new List<ServedPipeline>();
        try
        {
            SoakModel.Publish(root, "1", SoakModel.Make(1));
            using var plain = new BusyRunner(ModelRunner.Load(Path.Combine(root, "1")), Microseconds);
            foreach (string[] stages in s_pipelines)
            {
                pipelines.Add(await ServedPipeline.OpenAsync(stages, root, Microseconds).ConfigureAwait(false));
            }

            Console.WriteLine($"A model of {Microseconds} µs a row, every row another one; calls a second ÷ those of the model itself, medians of {arguments.Rounds} rounds of {arguments.Seconds} s. Want all stages ≥ {1 - Most:F2}.");
            Console.WriteLine("| stages | bytes a call | µs a call | processor µs a call at 64 callers | 1 caller (quartiles) | a caller for each processor | 64 callers |");
            Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
            int[] callers = [1, Environment.ProcessorCount, 64];
            var processor = pipelines.ConvertAll(_ => new List<double>());
            var ratios = pipelines.ConvertAll(_ => Array.ConvertAll(callers, _ => new List<double>()));
            await WarmUpAsync(plain, pipelines, arguments.Seconds).ConfigureAwait(false);
            for (int round = 0; round < arguments.Rounds; round++)
            {
                for (int c = 0; c < callers.Length; c++)
                {
                    (double model, double modelTime) = await MeasureAsync(plain, false, callers[c], arguments.Seconds).ConfigureAwait(false);
                    for (int p = 0; p < pipelines.Count; p++)
                    {
                        (double rate, double time) = await MeasureAsync(pipelines[p].Runner, pipelines[p].IsListenedTo, callers[c], arguments.Seconds).ConfigureAwait(false);
                        ratios[p][c].Add(rate / model);
                        if (c == callers.Length - 1)
                        {
                            processor[p].Add(time - modelTime);
                        }
                    }
                }
            }

            (long ownBytes, double ownTime) = Added(plain, false);
            for (int p = 0; p < pipelines.Count; p++)
            {
                List<double>[] ratio = ratios[p];
                (long bytes, double time) = Added(pipelines[p].Runner, pipelines[p].IsListenedTo);
                Console.WriteLine(
                    $"| {pipelines[p].Name} | {bytes - ownBytes} | {time - ownTime:F2} | {ClosedLoop.Median(processor[p]):F2} | {ClosedLoop.Median(ratio[0]):F3} ({ClosedLoop.Quartiles(ratio[0])}) | {ClosedLoop.Median(ratio[1]):F3} ({ClosedLoop.Quartiles(ratio[1])}) | {ClosedLoop.Median(ratio[2]):F3} ({ClosedLoop.Quartiles(ratio[2])}) |");
            }

            return Array.TrueForAll(ratios[^1], r => ClosedLoop.Median(r) >= 1 - Most) ? 0 : 2;
        }
        finally
        {
            foreach (ServedPipeline pipeline in pipelines)
            {
                await pipeline.DisposeAsync().ConfigureAwait(false);
            }

            Directory.Delete(root, recursive: true);
        }
    }

    // Code, plans, and what the stages find out for themselves: whether batching and caching pay.
    private static async Task WarmUpAsync(IModelRunner plain, List<ServedPipeline> pipelines, double seconds)
    {
        await MeasureAsync(plain, false, 64, seconds).ConfigureAwait(false);
        foreach (ServedPipeline pipeline in pipelines)
        {
            await MeasureAsync(pipeline.Runner, pipeline.IsListenedTo, 64, 4 * seconds).ConfigureAwait(false);
        }
    }

    // Calls a second, and the process's processor time of a call in microseconds, which other processes touch little.
    private static async Task<(double Rate, double Microseconds)> MeasureAsync(IModelRunner runner, bool isListenedTo, int callers, double seconds)
    {
        using MeterListener? listener = isListenedTo ? Listen() : null;
        TimeSpan before = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        double rate = await ClosedLoop.RunAsync(runner, _ => NextRow(), callers, seconds).ConfigureAwait(false);
        double calls = rate * Stopwatch.GetElapsedTime(start).TotalSeconds;
        return (rate, (Environment.CpuUsage.TotalTime - before).TotalMicroseconds / calls);
    }

    // On one thread: bytes and microseconds of a call, the least of many small parts, which a busy machine disturbs little.
    private static (long Bytes, double Microseconds) Added(IModelRunner runner, bool isListenedTo)
    {
        const int Calls = 20;
        const int Parts = 200;
        using MeterListener? listener = isListenedTo ? Listen() : null;
        long bytes = long.MaxValue;
        double time = double.MaxValue;
        for (int part = 0; part < Parts; part++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < Calls; i++)
            {
                using NamedValues inputs = NextRow();
                runner.Run(inputs).Dispose();
            }

            time = Math.Min(time, Stopwatch.GetElapsedTime(start).TotalMicroseconds / Calls);
            bytes = Math.Min(bytes, (GC.GetAllocatedBytesForCurrentThread() - before) / Calls);
        }

        return (bytes, time);
    }

    private static NamedValues NextRow()
    {
        float[] row = new float[SoakModel.Features];
        row[0] = Interlocked.Increment(ref s_row);
        return new NamedValues { ["x"] = TensorValue.Borrow<float>(row, [1, SoakModel.Features]) };
    }

    private static MeterListener Listen()
    {
        var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == InferenceDiagnostics.MeterName)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>(static (_, _, _, _) => { });
        listener.SetMeasurementEventCallback<long>(static (_, _, _, _) => { });
        listener.SetMeasurementEventCallback<int>(static (_, _, _, _) => { });
        listener.Start();
        return listener;
    }
}
