using System.CommandLine;
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
        SingleStep.Set(command, shared, async (result, context, model, roles, cancellation) =>
        {
            var options = new FactorizeOptions
            {
                TargetMacs = result.GetValue(macs),
                MaxLayerError = result.GetValue(error),
                Whiten = !result.GetValue(plain),
                RequireMeasuredGain = !result.GetValue(unmeasured),
            };
            FactorizeResult made = await Factorizer.FactorizeAsync(context, model, roles.Calibrate, options, cancellation).ConfigureAwait(false);
            return new(made.Model, made.Layers, $"multiply-adds {made.SourceMacs:N0} → {made.Macs:N0}");
        });
        return command;
    }
}
