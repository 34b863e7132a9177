using System.CommandLine;
using Inference.Cli.Benchmarking;
using Inference.Cli.Load;
using Inference.Cli.Running;

namespace Inference.Cli.Commands;

/// <summary>Puts a model or a server under load.</summary>
internal static class LoadCommand
{
    public static Command Create()
    {
        var target = new Argument<string>("MODEL|URL") { Description = "Model file, a folder that contains model.onnx, or an address: http://host:8000/v2/models/NAME, grpc://host:8001/NAME." };
        var rate = new Option<double?>("--rate") { Description = "Calls per second. Default: a curve up to the knee." };
        var concurrency = new Option<int?>("--concurrency") { Description = "Number of callers that each wait for their answer before the next call, instead of calls at a rate." };
        var seconds = new Option<double>("--seconds") { Description = "Seconds of each measurement.", DefaultValueFactory = _ => 3 };
        var objective = new Option<string?>("--objective") { Description = "A quantile of latencies and its bound, such as p99=5ms: finds the largest rate that meets it, and for a model in this process the batch size and delay." };
        var model = new Option<string?>("--model") { Description = "The model's name if the address names none." };
        var backend = new Option<string>("--backend") { Description = "Provider of a model in this process.", DefaultValueFactory = _ => Backends.Cpu };
        var inputs = new Option<string?>("--inputs") { Description = "Folder of input_N.pb files. Default: test_data_set_0 beside the model, otherwise values generated from the signature." };
        var shapes = new Option<string[]>("--shape") { Description = "INPUT=256x13: resize an input along its batch or named dimensions. May be repeated." };
        var rows = new Option<int>("--rows") { Description = "Rows of each call.", DefaultValueFactory = _ => 1 };
        var threads = new Option<int>("--threads") { Description = "Number of threads of a run in this process. Default: one per processor." };
        var seed = new Option<int>("--seed") { Description = "Seed of the times of calls.", DefaultValueFactory = _ => 1 };
        var svg = new Option<string?>("--svg") { Description = "File for a picture of the curve." };
        var json = new Option<bool>("--json") { Description = "Print the result as JSON." };
        Option<string?> library = Backends.LibraryOption();
        Option<bool> verbose = CommandRunner.Verbose();
        var command = new Command("load", "Puts a model or a server under load at rates that do not depend on its answers: throughput and latency, the knee, and what meets an objective. Exit code 2 if the objective is not met.")
        {
            target, rate, concurrency, seconds, objective, model, backend, inputs, shapes, rows, threads, seed, svg, json, library, verbose,
        };
        command.SetAction((result, cancellation) => CommandRunner.RunAsync(result.GetValue(verbose), async progress =>
        {
            var options = new LoadOptions(
                Above(result.GetValue(rate), "--rate"),
                Above(result.GetValue(concurrency), "--concurrency") is { } callers ? (int)callers : null,
                Above(result.GetValue(seconds), "--seconds")!.Value,
                result.GetValue(objective) is { } text ? LatencyObjective.Parse(text) : null,
                result.GetValue(seed));
            if (options is { Rate: not null, Concurrency: not null })
            {
                throw new UsageException("--rate and --concurrency: expected one of them, got both.");
            }

            string path = result.GetValue(target)!;
            var values = new BenchOptions(path, [], result.GetValue(inputs), BenchInputs.ParseShapes(result.GetValue(shapes) ?? []), Math.Max(result.GetValue(rows), 0), Math.Max(result.GetValue(threads), 0), options.Seconds, result.GetValue(library));
            if (result.GetValue(svg) is { } given && Directory.Exists(given))
            {
                throw new UsageException($"--svg: expected a file, got the folder '{given}'.");
            }

            using LoadTarget opened = await LoadTarget.OpenAsync(path, result.GetValue(model), result.GetValue(backend)!, values, cancellation).ConfigureAwait(false);
            LoadResult measured = await new LoadTest(opened, options, progress).RunAsync(cancellation).ConfigureAwait(false);
            progress.End();
            if (result.GetValue(json))
            {
                LoadReport.WriteJson(opened, options, measured);
            }
            else
            {
                LoadReport.WriteText(opened, options, measured);
            }

            if (result.GetValue(svg) is { } file)
            {
                await File.WriteAllTextAsync(file, LoadPicture.Draw(opened.Name, measured, options.Objective), cancellation).ConfigureAwait(false);
            }

            bool met = options.Objective is not { } asked || (options.Concurrency is null ? measured.Best is not null : measured.Points[0].Meets(asked));
            return met ? ExitCodes.Done : ExitCodes.BoundNotMet;
        }, still: true));
        return command;
    }

    private static double? Above(double? value, string option) => value is null or (> 0 and < 1e9) ? value
        : throw new UsageException(FormattableString.Invariant($"{option}: expected more than 0 and less than 1e9, got {value}."));
}
