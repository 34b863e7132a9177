using System.CommandLine;
using System.Globalization;
using Inference.Cli.Running;
using Inference.Data;
using Inference.Evaluation.Reading;
using Inference.Onnx;
using Inference.Optimization;
using Inference.Optimization.Distillation;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Records;

namespace Inference.Cli.Commands;

/// <summary>Trains a student and calibrates its cascade.</summary>
internal static class DistillCommand
{
    // Below, most of what the teacher tells is lost: such a student answers another question.
    private const double LeastExplained = 0.5;

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
            shared.RequireOutputs(result, model);
            DataRoles roles = shared.Require(result, open);
            SourceJudge judge = (await shared.JudgeAsync(result, context, model, roles, cancellation).ConfigureAwait(false))!;
            bool classes = judge.Reading.Task == ReadingTask.Classes;
            if (!classes && result.GetValue(cascade) is not null)
            {
                throw new OptimizationException($"--cascade-data: expected a model whose classes have probabilities, got outputs read as {judge.Reading.Task.ToString().ToLowerInvariant()}. Without confidences there is no cascade; leave the option out.");
            }

            IDataSource? rows = !classes ? null : OptimizationCommands.Open(result, cascade, open) ?? (ReferenceEquals(roles.Search, roles.Train) ? null : roles.Search);

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
                    Judged = roles.Report ?? roles.Search,
                    Evaluation = shared.Evaluation(result),
                    Judge = judge,
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

            record = shared.Judged(result, record);
            double explained = await Distiller.FidelityAsync(context, model, student, roles.Report ?? roles.Search, cancellation).ConfigureAwait(false);
            if (explained < LeastExplained && !(record is { Met: true, Budget.Length: > 0, Cascade: null }))
            {
                throw new BoundException(FormattableString.Invariant(
                    $"distill: expected a student that explains at least {LeastExplained:P0} of the variance of the teacher's outputs, got {explained:P1}. Nothing was written; give it hidden layers (--hidden), more rows or more epochs."));
            }

            return shared.Write(result, progress, model, student, record, null);
        }));
        return command;
    }
}
