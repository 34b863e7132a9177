using System.CommandLine;
using System.Globalization;
using Inference.Onnx;
using Inference.Optimization;
using Inference.Optimization.Data;
using Inference.Optimization.Distillation;

namespace Inference.Cli.Commands;

/// <summary>Trains a student and calibrates its cascade.</summary>
internal static class DistillCommand
{
    public static Command Create()
    {
        var shared = new OptimizationCommands();
        var hidden = new Option<string>("--hidden") { Description = "Widths of the student's hidden layers, separated by commas; none: a linear student.", DefaultValueFactory = _ => "" };
        var dots = new Option<bool>("--dot-interactions") { Description = "Add the dot products of all pairs of embeddings." };
        var epochs = new Option<int>("--epochs") { Description = "Greatest number of passes.", DefaultValueFactory = _ => 60 };
        var cascade = new Option<string?>("--cascade-data") { Description = "Rows to calibrate the cascade's threshold on: not those trained on. Without it none is written." };
        Command command = shared.Command("distill", "Trains a small student on the model's outputs; with --cascade-data calibrates which rows may stop there.", hidden, dots, epochs, cascade);
        command.SetAction((result, cancellation) => CommandRunner.RunAsync(result.GetValue(shared.Verbose), async () =>
        {
            using OnnxModel model = OptimizationCommands.Load(result.GetValue(shared.Model)!);
            OptimizationContext context = shared.Context(result);
            var options = new StudentOptions
            {
                Hidden = [.. result.GetValue(hidden)!.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(h => int.Parse(h, CultureInfo.InvariantCulture))],
                DotInteractions = result.GetValue(dots),
                Epochs = result.GetValue(epochs),
                Labels = result.GetValue(shared.Labels),
            };
            OnnxModel student = await Distiller.TrainAsync(context, model, shared.Require(result, model), options, cancellation).ConfigureAwait(false);
            if (shared.Open(result, cascade, model) is { } rows)
            {
                double drop = OptimizationCommands.Share(result.GetValue(shared.MaxDrop), "--max-drop") ?? 0.003;
                CascadeResult found = await CascadeCalibrator.CalibrateAsync(context, student, model, rows, shared.Evaluation(result), drop, cancellation).ConfigureAwait(false);
                Console.Error.WriteLine(FormattableString.Invariant($"cascade: {found.StopShare:P1} of the rows stop at confidence {found.Threshold:F3}, drop {found.Drop:P2}"));
                if (shared.Open(result, shared.Test, model) is { } test)
                {
                    CascadeResult held = await CascadeCalibrator.EvaluateAsync(context, student, model, test, shared.Evaluation(result), found.Threshold, cancellation).ConfigureAwait(false);
                    Console.Error.WriteLine(FormattableString.Invariant($"cascade on {test.Name}: {held.StopShare:P1} stop, drop {held.Drop:P2}"));
                }
            }

            return await shared.FinishAsync(result, context, model, student, "distill", [], cancellation).ConfigureAwait(false);
        }));
        return command;
    }
}
