using System.CommandLine;
using Inference.Cli.Benchmarking;
using Inference.Cli.Running;
using Inference.OnnxRuntime;

namespace Inference.Cli.Commands;

/// <summary>Measures the latency of a model on one or more providers.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "Model file, or a folder that contains model.onnx." };
        var backends = new Option<string?>("--backends") { Description = "Providers, separated by commas. Default: cpu, and onnxruntime if its library is found." };
        var inputs = new Option<string?>("--inputs") { Description = "Folder of input_N.pb files. Default: test_data_set_0 beside the model, otherwise values generated from the signature." };
        var shapes = new Option<string[]>("--shape") { Description = "INPUT=256x13: resize an input along its batch or named dimensions; integers stay in the observed range. May be repeated." };
        var rows = new Option<int>("--rows") { Description = "Resize the batch of every input to this number of rows." };
        var threads = new Option<int>("--threads") { Description = "Number of threads of a run, on each provider. Default: one per processor.", DefaultValueFactory = _ => Environment.ProcessorCount };
        var seconds = new Option<double>("--seconds") { Description = "Seconds to measure each provider.", DefaultValueFactory = _ => 3 };
        var cold = new Option<bool>("--cold") { Description = "Measure load, first run and memory in fresh processes instead of run times." };
        var processes = new Option<int>("--processes") { Description = "With --cold: number of fresh processes per provider.", DefaultValueFactory = _ => 10 };
        var after = new Option<string?>("--after") { Description = "With --cold: a model to load and run first; also measures load and first run of MODEL as the second model of the process." };
        var child = new Option<bool>("--cold-child") { Hidden = true };
        var json = new Option<bool>("--json") { Description = "Print the result as JSON." };
        Option<string?> precision = Precisions.PrecisionOption();
        Option<string?> library = Backends.LibraryOption();
        Option<bool> verbose = CommandRunner.Verbose();
        var command = new Command("bench", "Measures the latency of a model on one or more providers, alternating in one process.")
        {
            model, backends, inputs, shapes, rows, threads, precision, seconds, cold, processes, after, child, json, library, verbose,
        };
        command.SetAction((result, cancellation) => CommandRunner.RunAsync(result.GetValue(verbose), async progress =>
        {
            var options = new BenchOptions(
                ExistingModel(result.GetValue(model)!),
                BackendNames(result.GetValue(backends), result.GetValue(library)),
                result.GetValue(inputs),
                BenchInputs.ParseShapes(result.GetValue(shapes) ?? []),
                Math.Max(result.GetValue(rows), 0),
                Positive(result.GetValue(threads)),
                Math.Max(result.GetValue(seconds), 0.01),
                result.GetValue(library))
            {
                Precision = Precisions.Read(result, precision),
            };
            if (result.GetValue(child))
            {
                return await ColdBench.RunChildAsync(options.Backends[0], options, result.GetValue(after)).ConfigureAwait(false);
            }

            BenchResult measured = result.GetValue(cold)
                ? await ColdBench.RunAsync(options, new(Math.Max(result.GetValue(processes), 1), result.GetValue(after) is { } first ? ExistingModel(first) : null), progress, cancellation).ConfigureAwait(false)
                : await WarmBench.RunAsync(options, progress, cancellation).ConfigureAwait(false);
            progress.End();
            if (result.GetValue(json))
            {
                BenchReport.WriteJson(options, measured);
            }
            else
            {
                BenchReport.WriteText(options, measured);
            }

            return ExitCodes.Done;
        }, still: true));
        return command;
    }

    private static string ExistingModel(string path) => File.Exists(path) || File.Exists(Path.Combine(path, "model.onnx"))
        ? path
        : throw new ModelLoadException($"'{path}': expected a model file or a folder that contains model.onnx, found neither. Check the path.");

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

        Console.Error.WriteLine("note: ONNX Runtime's library was not found; only cpu is measured. Set ORT_DYLIB_PATH to the library's path.");
        return [Backends.Cpu];
    }
}
