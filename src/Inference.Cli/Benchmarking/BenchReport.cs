using System.Globalization;
using System.Text.Json;
using Inference.Cli.Commands;
using Inference.Cli.Running;
using Inference.Cli.Terminal;
using Inference.OnnxRuntime;

namespace Inference.Cli.Benchmarking;

/// <summary>Prints the result of a benchmark.</summary>
internal static class BenchReport
{
    public static void WriteJson(BenchOptions options, BenchResult result)
    {
        JsonOutput.Write(writer =>
        {
            writer.WriteString("model", options.ModelName);
            writer.WriteNumber("threads", options.Threads);
            writer.WriteString("mode", result.Mode);
            writer.WriteString("inputs", result.Inputs);
            if (result.Spinning is { } spinning)
            {
                writer.WriteString("onnxruntime_version", OnnxRuntimeLibrary.Load(options.Library).Version);
                writer.WriteBoolean("onnxruntime_spinning", spinning);
            }

            writer.WriteStartObject("backends");
            foreach (BackendResult backend in result.Backends)
            {
                writer.WriteStartObject(backend.Backend);
                Write(writer, backend);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
            if (result.Ratio is { } ratio)
            {
                writer.WriteNumber("ratio", Math.Round(ratio, 4));
            }
            else
            {
                writer.WriteNull("ratio");
            }
        }, indented: false);
    }

    public static void WriteText(BenchOptions options, BenchResult result)
    {
        Console.WriteLine($"{options.ModelName}: {options.Threads} thread{(options.Threads == 1 ? "" : "s")}, {Mode(result)}");
        Console.WriteLine($"inputs: {result.Inputs}");
        if (result.Spinning is { } spinning)
        {
            OnnxRuntimeLibrary library = OnnxRuntimeLibrary.Load(options.Library);
            Console.WriteLine($"onnxruntime {library.Version}: all graph optimizations, {(options.Threads == 1 ? "one thread, nothing spins" : spinning ? "spinning (the better of both here)" : "not spinning (the better of both here)")}");
        }

        bool isWarm = result.Backends.All(b => b.Latency is not null);
        bool hasSecond = result.Backends.All(b => b.Start.SecondMilliseconds is not null);
        ConsoleTable table = new ConsoleTable().Text("provider");
        table.Numbers(isWarm ? ["p50 µs", "p90 µs", "p99 µs", "min µs", "runs", "bytes/run"] : []).Numbers("load ms", "first ms", "peak MiB").Numbers(isWarm ? [] : hasSecond ? ["process ms", "second ms"] : ["process ms"]);
        foreach (BackendResult backend in result.Backends)
        {
            StartCost start = backend.Start;
            table.Add(
            [
                backend.Backend,
                .. backend.Latency is { } latency && isWarm ? [Tenths(latency.P50), Tenths(latency.P90), Tenths(latency.P99), Tenths(latency.Min), Whole(latency.Runs), Whole(backend.AllocatedBytesPerRun)] : Array.Empty<string>(),
                Tenths(start.LoadMilliseconds), Tenths(start.FirstRunMilliseconds), Tenths(start.PeakBytes / 1048576.0),
                .. isWarm ? Array.Empty<string>() : hasSecond ? [Tenths(start.ProcessMilliseconds), Tenths(start.SecondMilliseconds)] : [Tenths(start.ProcessMilliseconds)],
            ]);
        }

        table.Write();
        if (result.Ratio is { } ratio)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"ratio {ratio:F2} (onnxruntime ÷ cpu, {(isWarm ? "medians" : "load + first run")}; above 1: cpu is faster)"));
        }
    }

    private static string Tenths(double? value) => string.Create(CultureInfo.InvariantCulture, $"{value:F1}");

    private static string Whole(long? value) => string.Create(CultureInfo.InvariantCulture, $"{value}");

    private static string Mode(BenchResult result) => result.Mode switch
    {
        "bound" => "bound runs (inputs and outputs set up once) on all providers",
        "plain" => "plain runs on all providers",
        _ => "fresh processes: medians",
    };

    private static void Write(Utf8JsonWriter writer, BackendResult backend)
    {
        if (backend.Latency is { } latency)
        {
            writer.WriteNumber("p50_us", Math.Round(latency.P50, 3));
            writer.WriteNumber("p90_us", Math.Round(latency.P90, 3));
            writer.WriteNumber("p99_us", Math.Round(latency.P99, 3));
            writer.WriteNumber("min_us", Math.Round(latency.Min, 3));
            writer.WriteNumber("runs", latency.Runs);
            writer.WriteNumber("allocated_bytes_per_run", backend.AllocatedBytesPerRun!.Value);
        }

        writer.WriteNumber("load_ms", Math.Round(backend.Start.LoadMilliseconds, 3));
        writer.WriteNumber("first_run_ms", Math.Round(backend.Start.FirstRunMilliseconds, 3));
        writer.WriteNumber("peak_bytes", backend.Start.PeakBytes);
        if (backend.Start.ProcessMilliseconds is { } process)
        {
            writer.WriteNumber("process_ms", Math.Round(process, 3));
        }

        if (backend.Start.SecondMilliseconds is { } second)
        {
            writer.WriteNumber("second_ms", Math.Round(second, 3));
        }

        if (backend.Start.CallsMilliseconds is { } calls)
        {
            writer.WriteNumber("first_200_calls_ms", Math.Round(calls, 3));
        }
    }
}
