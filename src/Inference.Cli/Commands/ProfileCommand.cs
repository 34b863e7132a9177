using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Inference.Cli.Benchmarking;
using Inference.Cli.Running;
using Inference.Cli.Terminal;
using Inference.Diagnostics;

namespace Inference.Cli.Commands;

/// <summary>Shows the time of each node of a model.</summary>
internal static class ProfileCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "Model file, or a folder that contains model.onnx." };
        var inputs = new Option<string?>("--inputs") { Description = "Folder of input_N.pb files. Default: test_data_set_0 beside the model, otherwise values generated from the signature." };
        var shapes = new Option<string[]>("--shape") { Description = "INPUT=256x13, as for bench." };
        var threads = new Option<int>("--threads") { Description = "Number of threads of a run. Default: one per processor." };
        var runs = new Option<int>("--runs") { Description = "Number of profiled runs, after half a second of warm-up; times are medians.", DefaultValueFactory = _ => 50 };
        var top = new Option<int>("--top") { Description = "Number of nodes to list, slowest first; 0: all, in execution order.", DefaultValueFactory = _ => 25 };
        var trace = new Option<string?>("--trace") { Description = "Write a Chrome trace (chrome://tracing, Perfetto) of one run to this file." };
        var json = new Option<bool>("--json") { Description = "Print the result as JSON." };
        Option<string?> precision = Precisions.PrecisionOption();
        Option<bool> verbose = CommandRunner.Verbose();
        var command = new Command("profile", "Shows the time, bytes and MACs of each node and operator of a model.") { model, inputs, shapes, threads, precision, runs, top, trace, json, verbose };
        command.SetAction((result, cancellation) => CommandRunner.RunAsync(result.GetValue(verbose), () =>
        {
            string path = result.GetValue(model)!;
            using IModelRunner runner = Backends.Engine.Load(ModelSource.File(path), new ModelLoadOptions { Threads = Math.Max(result.GetValue(threads), 0), Precision = Precisions.Read(result, precision) });
            var options = new BenchOptions(path, [], result.GetValue(inputs), BenchInputs.ParseShapes(result.GetValue(shapes) ?? []), 0, 1, 0, null);
            using BenchInputs values = BenchInputs.Prepare(runner.Info, options);
            ModelProfile profile = ModelProfiler.Profile(runner, values.Values, Math.Max(result.GetValue(runs), 1), cancellationToken: cancellation);
            if (result.GetValue(trace) is { } file)
            {
                WriteTrace(file, runner.Info.Name, profile);
            }

            if (result.GetValue(json))
            {
                JsonOutput.Write(writer => WriteJson(writer, runner.Info.Name, profile));
            }
            else
            {
                Console.WriteLine($"{runner.Info.Name}: {values} {values.Source}");
                WriteText(profile, result.GetValue(top));
            }

            return Task.FromResult(ExitCodes.Done);
        }));
        return command;
    }

    private static void WriteText(ModelProfile profile, int top)
    {
        double total = profile.Total.TotalMicroseconds;
        Console.WriteLine(Text($"{total:F1} µs a run over {profile.Runs} runs, {profile.Nodes.Count} nodes, {profile.Macs:N0} MACs, arena {profile.ArenaBytes:N0} bytes, peak {profile.PeakGigaflopsPerSecond:F0} GFLOP/s (f32 in registers)"));
        Console.WriteLine();
        ConsoleTable operators = new ConsoleTable().Text("operator").Numbers("nodes", "µs", "%", "MACs", "GFLOP/s", "% of peak");
        foreach (IGrouping<string, NodeProfile> group in profile.Nodes.GroupBy(n => n.Operator).OrderByDescending(g => g.Sum(n => n.Time.Ticks)))
        {
            double time = group.Sum(n => n.Time.TotalMicroseconds);
            long macs = group.Sum(n => n.Macs);
            operators.Add(group.Key, Text($"{group.Count()}"), Text($"{time:F1}"), Share(time), Text($"{macs:N0}"), macs == 0 ? "" : Text($"{Rate(macs, time):F1}"), Peak(macs, time));
        }

        operators.Write();
        Console.WriteLine();
        ConsoleTable nodes = new ConsoleTable().Text("node").Text("operator").Numbers("µs", "%", "in bytes", "out bytes", "MACs", "GFLOP/s", "% of peak").Text("kernel").Text("output");
        foreach (NodeProfile node in top > 0 ? profile.Nodes.OrderByDescending(n => n.Time).Take(top) : profile.Nodes)
        {
            double time = node.Time.TotalMicroseconds;
            nodes.Add(
                node.Name, node.Operator, Text($"{time:F1}"), Share(time), Text($"{node.InputBytes:N0}"), Text($"{node.OutputBytes:N0}"), Text($"{node.Macs:N0}"),
                node.Macs == 0 ? "" : Text($"{node.GigaflopsPerSecond:F1}"), Peak(node.Macs, time), node.Kernel, node.OutputType);
        }

        nodes.Write();

        string Peak(long macs, double time) => macs == 0 ? "" : Text($"{100 * Rate(macs, time) / profile.PeakGigaflopsPerSecond:F0}");

        static double Rate(long macs, double microseconds) => 2e-3 * macs / Math.Max(microseconds, 1e-9);

        string Share(double time) => Text($"{100 * time / Math.Max(total, 1e-9):F1}");
    }

    private static void WriteJson(Utf8JsonWriter writer, string name, ModelProfile profile)
    {
        writer.WriteString("model", name);
        writer.WriteNumber("runs", profile.Runs);
        writer.WriteNumber("total_us", Math.Round(profile.Total.TotalMicroseconds, 3));
        writer.WriteNumber("macs", profile.Macs);
        writer.WriteNumber("arena_bytes", profile.ArenaBytes);
        writer.WriteNumber("peak_gflops_per_second", Math.Round(profile.PeakGigaflopsPerSecond, 1));
        writer.WriteArray("operators", profile.Nodes.GroupBy(n => n.Operator).OrderByDescending(g => g.Sum(n => n.Time.Ticks)), group =>
        {
            writer.WriteString("operator", group.Key);
            writer.WriteNumber("nodes", group.Count());
            writer.WriteNumber("us", Math.Round(group.Sum(n => n.Time.TotalMicroseconds), 3));
            writer.WriteNumber("macs", group.Sum(n => n.Macs));
        });
        writer.WriteArray("nodes", profile.Nodes, node =>
        {
            writer.WriteString("name", node.Name);
            writer.WriteString("operator", node.Operator);
            writer.WriteString("kernel", node.Kernel);
            writer.WriteNumber("us", Math.Round(node.Time.TotalMicroseconds, 3));
            writer.WriteNumber("input_bytes", node.InputBytes);
            writer.WriteNumber("output_bytes", node.OutputBytes);
            writer.WriteNumber("macs", node.Macs);
            writer.WriteNumber("gflops_per_second", Math.Round(node.GigaflopsPerSecond, 3));
            writer.WriteString("output", node.OutputType);
        });
    }

    // Source: the Trace Event Format; complete events, times in µs.
    private static void WriteTrace(string path, string model, ModelProfile profile)
    {
        using FileStream stream = File.Create(path);
        using var writer = new Utf8JsonWriter(stream);
        writer.WriteStartObject();
        writer.WriteArray("traceEvents", profile.Nodes, node =>
        {
            writer.WriteString("name", node.Name);
            writer.WriteString("cat", node.Operator);
            writer.WriteString("ph", "X");
            writer.WriteNumber("ts", Math.Round(node.Start.TotalMicroseconds, 3));
            writer.WriteNumber("dur", Math.Round(node.Time.TotalMicroseconds, 3));
            writer.WriteNumber("pid", 1);
            writer.WriteNumber("tid", 1);
            writer.WriteStartObject("args");
            writer.WriteString("operator", node.Operator);
            writer.WriteString("output", node.OutputType);
            writer.WriteNumber("macs", node.Macs);
            writer.WriteEndObject();
        });
        writer.WriteStartObject("otherData");
        writer.WriteString("model", model);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
