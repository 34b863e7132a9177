using System.CommandLine;
using Inference.Cli.Benchmarking;
using Inference.Cli.Running;
using Inference.OnnxRuntime;

namespace Inference.Cli.Commands;

/// <summary>Measures how fast a model runs on one or more providers.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "A model file, or a folder with a model.onnx." };
        var backends = new Option<string?>("--backends") { Description = "Providers, comma-separated. Default: cpu, and onnxruntime where its library is found." };
        var inputs = new Option<string?>("--inputs") { Description = "Folder of input_N.pb. Default: test_data_set_0 beside the model, else values seeded by the signature." };
        var shapes = new Option<string[]>("--shape") { Description = "INPUT=256x13: resizes an input along its batch or named dimensions; integers stay in the range seen. May be repeated." };
        var rows = new Option<int>("--rows") { Description = "Resizes the batch of every input; as --shape does for one." };
        var threads = new Option<int>("--threads") { Description = "Threads of a run, on each provider. Default: one for each processor.", DefaultValueFactory = _ => Environment.ProcessorCount };
        var seconds = new Option<double>("--seconds") { Description = "Time to measure each provider.", DefaultValueFactory = _ => 3 };
        var cold = new Option<bool>("--cold") { Description = "Measure load, first run and memory in fresh processes for each provider instead." };
        var processes = new Option<int>("--processes") { Description = "With --cold: fresh processes for each provider.", DefaultValueFactory = _ => 10 };
        var after = new Option<string?>("--after") { Description = "With --cold: a model that a process loads and runs first; load + first run of the second model are measured, too." };
        var child = new Option<bool>("--cold-child") { Hidden = true };
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        Option<string?> library = Backends.LibraryOption();
        Option<bool> verbose = CommandRunner.Verbose();
        var command = new Command("bench", "Measures how fast a model runs, providers side by side in one process.")
        {
            model, backends, inputs, shapes, rows, threads, seconds, cold, processes, after, child, json, library, verbose,
        };
        command.SetAction((result, cancellation) => CommandRunner.RunAsync(result.GetValue(verbose), async () =>
        {
            var options = new BenchOptions(
                ExistingModel(result.GetValue(model)!),
                BackendNames(result.GetValue(backends), result.GetValue(library)),
                result.GetValue(inputs),
                BenchInputs.ParseShapes(result.GetValue(shapes) ?? []),
                Math.Max(result.GetValue(rows), 0),
                Positive(result.GetValue(threads)),
                Math.Max(result.GetValue(seconds), 0.01),
                result.GetValue(library));
            if (result.GetValue(child))
            {
                return await ColdBench.RunChildAsync(options.Backends[0], options, result.GetValue(after)).ConfigureAwait(false);
            }

            BenchResult measured = result.GetValue(cold)
                ? await ColdBench.RunAsync(options, new(Math.Max(result.GetValue(processes), 1), result.GetValue(after) is { } first ? ExistingModel(first) : null), cancellation).ConfigureAwait(false)
                : await WarmBench.RunAsync(options, cancellation).ConfigureAwait(false);
            if (result.GetValue(json))
            {
                BenchReport.WriteJson(options, measured);
            }
            else
            {
                BenchReport.WriteText(options, measured);
            }

            return ExitCodes.Done;
        }));
        return command;
    }

    private static string ExistingModel(string path) => File.Exists(path) || File.Exists(Path.Combine(path, "model.onnx"))
        ? path
        : throw new ModelLoadException($"'{path}': expected a model file or a folder with a model.onnx, there is neither.");

    private static int Positive(int threads) => threads > 0 ? threads : threads == 0 ? Environment.ProcessorCount
        : throw new UsageException($"--threads: expected at least 1, got {threads}.");

    private static string[] BackendNames(string? stated, string? library)
    {
        if (stated is not null)
        {
            string[] names = [.. stated.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct()];
            foreach (string name in names)
            {
                if (name is not (Backends.Cpu or Backends.OnnxRuntime))
                {
                    throw new UsageException($"--backends: expected '{Backends.Cpu}' or '{Backends.OnnxRuntime}', got '{name}'.");
                }
            }

            return names.Length > 0 ? names : throw new UsageException("--backends: expected at least one provider.");
        }

        if (OnnxRuntimeLibrary.IsAvailable(library))
        {
            return [Backends.Cpu, Backends.OnnxRuntime];
        }

        Console.Error.WriteLine("note: ONNX Runtime's library was not found, cpu alone is measured. Set ORT_DYLIB_PATH to it.");
        return [Backends.Cpu];
    }
}
