using System.CommandLine;
using Inference.Cli.Running;
using Inference.Data;
using Inference.Onnx;
using Inference.Optimization;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Factorization;

namespace Inference.Cli.Commands;

/// <summary>Replaces layers by low-rank factors.</summary>
internal static class FactorizeCommand
{
    public static Command Create()
    {
        var shared = new OptimizationCommands();
        var macs = new Option<double>("--target-macs") { Description = "Target for multiply-adds, as a share of the source model's.", DefaultValueFactory = _ => 0.5 };
        var error = new Option<double>("--max-layer-error") { Description = "Largest share of a layer's output variance that may be lost.", DefaultValueFactory = _ => 0.2 };
        var plain = new Option<bool>("--plain-svd") { Description = "Fit the factors to the weights alone instead of to the outputs on the data." };
        var unmeasured = new Option<bool>("--unmeasured") { Description = "Also keep factors that are not measured to be faster." };
        Command command = shared.Command("factorize", "Replaces layers by products of two low-rank factors.", macs, error, plain, unmeasured);
        command.SetAction((result, cancellation) => CommandRunner.RunAsync(result.GetValue(shared.Verbose), async progress =>
        {
            using OnnxModel model = OptimizationCommands.Load(result.GetValue(shared.Model)!);
            OptimizationContext context = shared.Context(result, progress);
            Func<string, MappedDataSource> open = await shared.OpenerAsync(result, context, cancellation).ConfigureAwait(false);
            if (result.GetValue(shared.Dry))
            {
                return await shared.DryAsync(result, context, model, open, cancellation).ConfigureAwait(false);
            }

            var options = new FactorizeOptions
            {
                TargetMacs = result.GetValue(macs),
                MaxLayerError = result.GetValue(error),
                Whiten = !result.GetValue(plain),
                RequireMeasuredGain = !result.GetValue(unmeasured),
            };
            shared.RequireOutputs(result, model);
            DataRoles roles = shared.Require(result, open);
            SourceJudge? judge = await shared.JudgeAsync(result, context, model, roles, cancellation).ConfigureAwait(false);
            FactorizeResult made = await Factorizer.FactorizeAsync(context, model, roles.Calibrate, options, cancellation).ConfigureAwait(false);
            progress.Note($"multiply-adds {made.SourceMacs:N0} → {made.Macs:N0}");
            return await shared.FinishAsync(result, progress, context, model, made.Model, "factorize", made.Layers, roles, null, cancellation, judge).ConfigureAwait(false);
        }));
        return command;
    }
}
