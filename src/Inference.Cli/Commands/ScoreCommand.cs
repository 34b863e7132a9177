using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Inference.Cli.Data;
using Inference.Cli.Running;
using Inference.Cli.Scoring;
using Inference.Cli.Terminal;
using Inference.Data;
using Inference.Evaluation.Reading;
using Inference.Onnx;
using Inference.Optimization;
using Inference.Optimization.Evaluation;

namespace Inference.Cli.Commands;

/// <summary>Scores the rows of a file.</summary>
internal static class ScoreCommand
{
    // Enough rows to fill kernels and threads, few enough for the memory of any model; --batch changes it.
    private const int DefaultBatch = 256;

    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "Model file, or a folder that contains model.onnx." };
        var data = new Option<string>("--data") { Description = "Rows: .npz or .npy (rows first), .csv, .parquet, or a folder of .npy files.", Required = true };
        var output = new Option<string>("-o", "--output") { Description = "File to write the outputs to: .npz or .csv; required unless --dry is given." };
        var labels = new Option<string?>("--labels") { Description = "Column of true labels, if there is one; it is not mapped to an input." };
        var outputName = new Option<string?>("--output-name") { Description = "With --dry and --labels: output to evaluate. Default: the one that predicts the labels." };
        var schema = new Option<string?>("--schema") { Description = "JSON file that maps columns to inputs, if names and shapes do not determine the mapping." };
        var dry = new Option<bool>("--dry") { Description = "Show how the columns of --data are mapped, read all rows, evaluate MODEL on the labels, and stop." };
        var json = new Option<bool>("--json") { Description = "With --dry: print JSON." };
        var batch = new Option<int>("--batch") { Description = $"Number of rows per run. Default: the model's fixed number, or {DefaultBatch} if rows are proved independent, otherwise 1." };
        var backend = new Option<string>("--backend") { Description = "Provider to use: cpu or onnxruntime.", DefaultValueFactory = _ => Backends.Cpu };
        var threads = new Option<int>("--threads") { Description = "Maximum number of threads of a run; 0: one per processor." };
        Option<string?> library = Backends.LibraryOption();
        Option<bool> verbose = CommandRunner.Verbose();
        var command = new Command("score", "Scores all rows of a file in a stream, with progress.") { model, data, output, labels, outputName, schema, batch, backend, threads, dry, json, library, verbose };
        command.Validators.Add(result =>
        {
            if (!result.GetValue(dry) && result.GetResult(output) is null)
            {
                result.AddError("Option '-o' is required.");
            }
        });
        command.SetAction((result, cancellation) => CommandRunner.RunAsync(result.GetValue(verbose), async progress =>
        {
            if (!result.GetValue(dry))
            {
                // Found before the work, not after it.
                OutputFile.RequireOther(result.GetValue(output)!, result.GetValue(data)!, ModelSource.File(result.GetValue(model)!).ResolveFile()!);
            }

            IModelLoader loader = Backends.Loader(result.GetValue(backend)!, result.GetValue(library));
            using IModelRunner runner = await loader.LoadAsync(ModelSource.File(result.GetValue(model)!), new ModelLoadOptions { Threads = result.GetValue(threads) }, cancellation).ConfigureAwait(false);
            MappedDataSource source = MappedDataSource.Open(result.GetValue(data)!, runner.Info.Inputs, new MappingOptions
            {
                Labels = result.GetValue(labels),
                Schema = result.GetValue(schema) is { } file ? DataSchema.Load(file) : null,
            });
            if (result.GetValue(dry))
            {
                return await DryRun.PrintAsync([source], result.GetValue(json), result.GetValue(labels) is { } column ? Judge : null, cancellation).ConfigureAwait(false);

                async Task<(string, double, OutputReading)> Judge(IDataSource rows)
                {
                    using OnnxModel file = OptimizationCommands.Load(result.GetValue(model)!);
                    var context = new OptimizationContext { Loader = loader, LoadOptions = new ModelLoadOptions { Threads = result.GetValue(threads) } };
                    return await ModelComparer.MeasureAsync(context, file, rows, new EvaluationOptions { Labels = column, Output = result.GetValue(outputName) }, cancellation).ConfigureAwait(false);
                }
            }

            using ScoreWriter writer = ScoreWriter.Create(result.GetValue(output)!);
            await ScoreAsync(runner, source, writer, result.GetValue(batch), progress, cancellation).ConfigureAwait(false);
            return ExitCodes.Done;
        }));
        return command;
    }

    private static async Task ScoreAsync(IModelRunner runner, IDataSource source, ScoreWriter writer, int stated, WorkProgress progress, CancellationToken cancellation)
    {
        var inputs = new ScoreInputs(runner.Info, source);
        int? fixedRows = inputs.FixedRows;
        int rows = fixedRows ?? (stated > 0 ? stated : runner.Info.RowIndependent ? DefaultBatch : 1);
        long done = 0;
        long start = Stopwatch.GetTimestamp();
        await foreach (DataBatch batch in source.ReadAsync(inputs.Columns, rows, cancellation).ConfigureAwait(false))
        {
            using (batch)
            {
                // A model with a fixed batch size gets its last batch padded; the additional rows are not written.
                using NamedValues values = ScoreInputs.Fill(batch, fixedRows ?? batch.Rows);
                using NamedValues outputs = await runner.RunAsync(values, null, cancellation).ConfigureAwait(false);
                writer.Append(outputs, batch.Rows);
                done += batch.Rows;
                if (progress.IsDue)
                {
                    progress.Show(Speed(done, source.RowCount, start), (double)done / source.RowCount);
                }
            }
        }

        writer.Complete();
        progress.End();
        progress.Note($"{Speed(done, null, start)}, {rows} per run");
    }

    private static string Speed(long done, long? total, long start)
    {
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return string.Create(CultureInfo.InvariantCulture, $"{done:N0}{(total is { } all ? string.Create(CultureInfo.InvariantCulture, $" of {all:N0}") : "")} rows, {done / Math.Max(seconds, 1e-6):N0} rows/s");
    }
}
