using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Inference.Cli.Running;
using Inference.Cli.Scoring;
using Inference.Data;

namespace Inference.Cli.Commands;

/// <summary>Scores rows of a file.</summary>
internal static class ScoreCommand
{
    private const int DefaultBatch = 256;

    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "A model file, or a folder with a model.onnx." };
        var data = new Option<string>("--data") { Description = "Rows: .npz with one array for each input (rows first), .csv, or a folder of .npy files.", Required = true };
        var output = new Option<string>("-o", "--output") { Description = "Where to write the outputs: .npz or .csv.", Required = true };
        var batch = new Option<int>("--batch") { Description = $"Rows in a run. Default: {DefaultBatch} where rows are proved independent, else 1; what the model fixes." };
        var backend = new Option<string>("--backend") { Description = "Provider to run on: cpu or onnxruntime.", DefaultValueFactory = _ => Backends.Cpu };
        var threads = new Option<int>("--threads") { Description = "Threads a run may use; 0: one for each processor." };
        Option<string?> library = Backends.LibraryOption();
        Option<bool> verbose = CommandRunner.Verbose();
        var command = new Command("score", "Scores all rows of a file, as a stream, with progress.") { model, data, output, batch, backend, threads, library, verbose };
        command.SetAction((result, cancellation) => CommandRunner.RunAsync(result.GetValue(verbose), async () =>
        {
            IModelLoader loader = Backends.Loader(result.GetValue(backend)!, result.GetValue(library));
            using IModelRunner runner = await loader.LoadAsync(ModelSource.File(result.GetValue(model)!), new ModelLoadOptions { Threads = result.GetValue(threads) }, cancellation).ConfigureAwait(false);
            IDataSource source = DataSource.Open(result.GetValue(data)!);
            using ScoreWriter writer = ScoreWriter.Create(result.GetValue(output)!);
            await ScoreAsync(runner, source, writer, result.GetValue(batch), cancellation).ConfigureAwait(false);
            return ExitCodes.Done;
        }));
        return command;
    }

    private static async Task ScoreAsync(IModelRunner runner, IDataSource source, ScoreWriter writer, int stated, CancellationToken cancellation)
    {
        var inputs = new ScoreInputs(runner.Info, source);
        int? fixedRows = inputs.FixedRows;
        int rows = fixedRows ?? (stated > 0 ? stated : runner.Info.RowIndependent ? DefaultBatch : 1);
        long done = 0;
        long start = Stopwatch.GetTimestamp();
        long shown = start;
        await foreach (DataBatch batch in source.ReadAsync(inputs.Columns, rows, cancellation).ConfigureAwait(false))
        {
            using (batch)
            {
                // A model that fixes its batch gets the last one filled up; the extra rows are not written.
                using NamedValues values = inputs.Convert(batch, fixedRows ?? batch.Rows);
                using NamedValues outputs = await runner.RunAsync(values, null, cancellation).ConfigureAwait(false);
                writer.Append(outputs, batch.Rows);
                done += batch.Rows;
                if (!Console.IsErrorRedirected && Stopwatch.GetElapsedTime(shown) > TimeSpan.FromSeconds(0.5))
                {
                    shown = Stopwatch.GetTimestamp();
                    Console.Error.Write($"\r{Progress(done, source.RowCount, start)}   ");
                }
            }
        }

        writer.Complete();
        Console.Error.WriteLine($"{(Console.IsErrorRedirected ? "" : "\r")}{Progress(done, null, start)}, {rows} in a run");
    }

    private static string Progress(long done, long? total, long start)
    {
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return string.Create(CultureInfo.InvariantCulture, $"{done:N0}{(total is { } all ? string.Create(CultureInfo.InvariantCulture, $" of {all:N0}") : "")} rows, {done / Math.Max(seconds, 1e-6):N0} rows/s");
    }
}
