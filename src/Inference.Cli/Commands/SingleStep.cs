using System.CommandLine;
using Inference.Cli.Running;
using Inference.Data;
using Inference.Onnx;
using Inference.Optimization;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Records;

namespace Inference.Cli.Commands;

/// <summary>The frame of commands that change a model in one step, on calibration rows, and judge the result.</summary>
internal static class SingleStep
{
    /// <param name="command">The command; its name is the verb of the record.</param>
    /// <param name="shared">Its shared options.</param>
    /// <param name="make">Makes the model.</param>
    public static void Set(Command command, OptimizationCommands shared, Func<ParseResult, OptimizationContext, OnnxModel, DataRoles, CancellationToken, Task<Made>> make) =>
        command.SetAction((result, cancellation) => CommandRunner.RunAsync(result.GetValue(shared.Verbose), async progress =>
        {
            using OnnxModel model = OptimizationCommands.Load(result.GetValue(shared.Model)!);
            OptimizationContext context = shared.Context(result, progress);
            Func<string, MappedDataSource> open = await shared.OpenerAsync(result, context, cancellation).ConfigureAwait(false);
            if (result.GetValue(shared.Dry))
            {
                return await shared.DryAsync(result, context, model, open, cancellation).ConfigureAwait(false);
            }

            shared.RequireOutputs(result, model);
            DataRoles roles = shared.Require(result, open);
            SourceJudge? judge = await shared.JudgeAsync(result, context, model, roles, cancellation).ConfigureAwait(false);
            Made made = await make(result, context, model, roles, cancellation).ConfigureAwait(false);
            progress.Note(made.Note);
            return await shared.FinishAsync(result, progress, context, model, made.Model, command.Name, made.Layers, roles, null, cancellation, judge).ConfigureAwait(false);
        }));

    /// <summary>What a step made.</summary>
    /// <param name="Model">The new model.</param>
    /// <param name="Layers">The decision on each layer.</param>
    /// <param name="Note">What it saves.</param>
    internal sealed record Made(OnnxModel Model, IReadOnlyList<LayerDecision> Layers, string Note);
}
