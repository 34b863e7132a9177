using System.CommandLine;
using System.Globalization;
using Inference.Cli.Running;
using Inference.Data;
using Inference.Onnx;
using Inference.Optimization;
using Inference.Optimization.Distillation;
using Inference.Optimization.Records;

namespace Inference.Cli.Commands;

/// <summary>Trains a student and calibrates its cascade.</summary>
internal static class DistillCommand
{
    public static Command Create()
    {
        var shared = new OptimizationCommands();
        var hidden = new Option<string>("--hidden") { Description = "Widths of the student's hidden layers, separated by commas. Default: none, a linear student.", DefaultValueFactory = _ => "" };
        var dots = new Option<bool>("--dot-interactions") { Description = "Add the dot products of all pairs of embeddings." };
        var epochs = new Option<int>("--epochs") { Description = "Maximum number of epochs.", DefaultValueFactory = _ => 60 };
        var cascade = new Option<string?>("--cascade-data") { Description = "Rows to calibrate the cascade's threshold on; these rows are excluded from training. Default: the search file of --data; without either, no cascade is calibrated." };
        Command command = shared.Command("distill", "Trains a small student on the model's outputs, and calibrates a cascade of both if search rows are given.", hidden, dots, epochs, cascade);
        command.SetAction((result, cancellation) => CommandRunner.RunAsync(result.GetValue(shared.Verbose), async progress =>
        {
            using OnnxModel model = OptimizationCommands.Load(result.GetValue(shared.Model)!);
            OptimizationContext context = shared.Context(result, progress);
            Func<string, MappedDataSource> open = await shared.OpenerAsync(result, context, cancellation).ConfigureAwait(false);
            if (result.GetValue(shared.Dry))
            {
                return await shared.DryAsync(result, context, model, open, cancellation, cascade).ConfigureAwait(false);
            }

            var options = new StudentOptions
            {
                Hidden = [.. result.GetValue(hidden)!.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(h => int.Parse(h, CultureInfo.InvariantCulture))],
                DotInteractions = result.GetValue(dots),
                Epochs = result.GetValue(epochs),
                Labels = result.GetValue(shared.Labels),
                Output = result.GetValue(shared.OutputName),
            };
            DataRoles roles = shared.Require(result, open);
            IDataSource? rows = OptimizationCommands.Open(result, cascade, open) ?? (ReferenceEquals(roles.Search, roles.Train) ? null : roles.Search);

            // A student is always confident of the rows it learnt, so rows for calibration and report are excluded from its training.
            ExcludedRowsDataSource training = await ExcludedRowsDataSource.CreateAsync(
                roles.Train, new[] { rows, roles.Report }.OfType<IDataSource>(), [.. model.Graph.Inputs.Select(i => i.Name).Where(roles.Train.HasColumn)], cancellation).ConfigureAwait(false);
            progress.Note($"training rows {training.RowCount:N0}; {training.Excluded:N0} excluded for calibration or report");
            OnnxModel student = await Distiller.TrainAsync(context, model, training, options, cancellation).ConfigureAwait(false);
            DecisionRecord record = await DecisionRecord.CreateAsync(
                context,
                new DecisionRecordRequest
                {
                    Verb = "distill",
                    Source = model,
                    Model = student,
                    Calibration = roles.Train,
                    Judged = roles.Report ?? rows ?? roles.Calibrate,
                    Evaluation = shared.Evaluation(result),
                },
                cancellation).ConfigureAwait(false);
            if (rows is not null)
            {
                double drop = OptimizationCommands.Share(result.GetValue(shared.MaxDrop), "--max-drop") ?? 0.003;
                CascadeResult found = await CascadeCalibrator.CalibrateAsync(context, student, model, rows, shared.Evaluation(result), drop, cancellation).ConfigureAwait(false);
                progress.Note(FormattableString.Invariant($"cascade: {found.StopShare:P1} of the rows answered by the student at confidence {found.Threshold:F3}, drop {found.Drop:P2}"));
                CascadeResult held = await CascadeCalibrator.EvaluateAsync(context, student, model, roles.Report ?? rows, shared.Evaluation(result), found.Threshold, cancellation).ConfigureAwait(false);
                (double teacher, double mean) = await CascadeTiming.MeasureAsync(context, model, student, roles.Report ?? rows, cancellation).ConfigureAwait(false);
                record = record with { Cascade = new CascadeRecord(held.Threshold, held.StopShare, held.Drop, teacher, mean) };
            }

            return shared.Write(result, progress, model, student, shared.Judged(result, record), null);
        }));
        return command;
    }
}
