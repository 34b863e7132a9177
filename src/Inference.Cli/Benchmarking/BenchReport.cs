using System.Globalization;
using System.Text.Json;
using Inference.Cli.Commands;
using Inference.Cli.Running;
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
        string warmTitle = isWarm ? $"{"p50 µs",12}{"p90 µs",12}{"p99 µs",12}{"min µs",12}{"runs",9}{"bytes/run",11}" : "";
        bool hasSecond = result.Backends.All(b => b.Start.SecondMilliseconds is not null);
        string coldTitle = isWarm ? "" : $"{"process ms",12}" + (hasSecond ? $"{"second ms",11}" : "");
        Console.WriteLine($"{"",-12}{warmTitle}{"load ms",10}{"first ms",10}{"peak MiB",10}{coldTitle}");
        foreach (BackendResult backend in result.Backends)
        {
            string warm = backend.Latency is { } latency
                ? string.Create(CultureInfo.InvariantCulture, $"{latency.P50,12:F1}{latency.P90,12:F1}{latency.P99,12:F1}{latency.Min,12:F1}{latency.Runs,9}{backend.AllocatedBytesPerRun,11}")
                : "";
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{backend.Backend,-12}{warm}{backend.Start.LoadMilliseconds,10:F1}{backend.Start.FirstRunMilliseconds,10:F1}{backend.Start.PeakBytes / 1048576.0,10:F1}{(isWarm ? "" : $"{backend.Start.ProcessMilliseconds,12:F1}")}{(hasSecond ? $"{backend.Start.SecondMilliseconds,11:F1}" : "")}"));
        }

        if (result.Ratio is { } ratio)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"ratio {ratio:F2} (onnxruntime ÷ cpu, {(isWarm ? "medians" : "load + first run")}; above 1: cpu is faster)"));
        }
    }

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
    }
}
