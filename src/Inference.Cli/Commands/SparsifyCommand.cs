using System.CommandLine;
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
        SingleStep.Set(command, shared, async (result, context, model, roles, cancellation) =>
        {
            var options = new SparsifyOptions { Block = result.GetValue(block), LeastTokens = result.GetValue(least), Share = result.GetValue(share), Window = result.GetValue(window) };
            SparsifyResult made = await Sparsifier.SparsifyAsync(context, model, roles.Calibrate, roles.Search, shared.Evaluation(result), options, cancellation).ConfigureAwait(false);
            return new(made.Model, made.Layers, $"attention scores {made.SourceScores:N0} → {made.Scores:N0} for each row");
        });
        return command;
    }
}
