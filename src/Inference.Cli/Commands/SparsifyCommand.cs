using System.CommandLine;
using Inference.Cli.Running;
using Inference.Data;
using Inference.Onnx;
using Inference.Optimization;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Sparsification;

namespace Inference.Cli.Commands;

/// <summary>Rewrites attention over long sequences.</summary>
internal static class SparsifyCommand
{
    public static Command Create()
    {
        var shared = new OptimizationCommands();
        var defaults = new SparsifyOptions();
        var block = new Option<int>("--block") { Description = "Tokens of a block of keys: a power of two of 16 to 512.", DefaultValueFactory = _ => defaults.Block };
        var least = new Option<int>("--least-tokens") { Description = "Leave attention over fewer tokens as it is.", DefaultValueFactory = _ => defaults.LeastTokens };
        var share = new Option<double>("--share") { Description = "Share of a head's attention that its pattern holds, if no --max-drop is given.", DefaultValueFactory = _ => defaults.Share };
        var window = new Option<int?>("--window") { Description = "Give all heads one sliding window of that many tokens, instead of a pattern each." };
        Command command = shared.Command("sparsify", "Rewrites attention over long sequences so that each head computes only the keys that it attends to.", block, least, share, window);
        command.SetAction((result, cancellation) => CommandRunner.RunAsync(result.GetValue(shared.Verbose), async progress =>
        {
            using OnnxModel model = OptimizationCommands.Load(result.GetValue(shared.Model)!);
            OptimizationContext context = shared.Context(result, progress);
            Func<string, MappedDataSource> open = await shared.OpenerAsync(result, context, cancellation).ConfigureAwait(false);
            if (result.GetValue(shared.Dry))
            {
                return await shared.DryAsync(result, context, model, open, cancellation).ConfigureAwait(false);
            }

            var options = new SparsifyOptions { Block = result.GetValue(block), LeastTokens = result.GetValue(least), Share = result.GetValue(share), Window = result.GetValue(window) };
            shared.RequireOutputs(result, model);
            DataRoles roles = shared.Require(result, open);
            SourceJudge? judge = await shared.JudgeAsync(result, context, model, roles, cancellation).ConfigureAwait(false);
            SparsifyResult made = await Sparsifier.SparsifyAsync(context, model, roles.Calibrate, roles.Search, shared.Evaluation(result), options, cancellation).ConfigureAwait(false);
            progress.Note($"attention scores {made.SourceScores:N0} → {made.Scores:N0} for each row");
            return await shared.FinishAsync(result, progress, context, model, made.Model, "sparsify", made.Layers, roles, null, cancellation, judge).ConfigureAwait(false);
        }));
        return command;
    }
}
