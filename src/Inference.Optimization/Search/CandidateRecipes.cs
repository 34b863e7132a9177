using Inference.Onnx;
using Inference.Optimization.Data;
using Inference.Optimization.Factorization;
using Inference.Optimization.Graphs;
using Inference.Optimization.Pruning;
using Inference.Optimization.Quantization;
using Inference.Optimization.Records;

namespace Inference.Optimization.Search;

/// <summary>What a search tries, the likeliest first: 8 bits alone, then on top of thinner layers and fewer channels.</summary>
internal static class CandidateRecipes
{
    private static QuantizeOptions WeightsOnly => new() { Mode = QuantizationMode.WeightOnly };

    public static List<CandidateRecipe> All(OptimizationContext context, OnnxModel source, IDataSource calibration)
    {
        List<CandidateRecipe> recipes =
        [
            Quantized(context, "int8", source, calibration, new QuantizeOptions()),
            Quantized(context, "int8 dynamic", source, null, new QuantizeOptions { Mode = QuantizationMode.Dynamic }),
        ];
        foreach (double share in new[] { 0.5, 0.35, 0.25 })
        {
            var factors = new CandidateRecipe(FormattableString.Invariant($"factorize {share}"), async token =>
            {
                FactorizeResult result = await Factorizer.FactorizeAsync(
                    context, source, calibration, new FactorizeOptions { TargetMacs = share, RequireMeasuredGain = false }, token).ConfigureAwait(false);
                return (result.Model, result.Layers);
            });
            recipes.AddRange([Then(context, factors, "int8", calibration, new QuantizeOptions()), factors, Then(context, factors, "int8 weights", null, WeightsOnly)]);
        }

        foreach (double share in new[] { 0.7, 0.5 })
        {
            var pruned = new CandidateRecipe(FormattableString.Invariant($"prune {share}"), async token =>
            {
                PruneResult result = await Pruner.PruneAsync(context, source, calibration, new PruneOptions { TargetMacs = share }, token).ConfigureAwait(false);
                return (result.Model, result.Layers);
            });
            recipes.AddRange([Then(context, pruned, "int8", calibration, new QuantizeOptions()), pruned, Then(context, pruned, "int8 weights", null, WeightsOnly)]);
        }

        recipes.Add(Quantized(context, "int8 weights", source, null, WeightsOnly));
        return recipes;
    }

    /// <summary>8 bits with single layers left in float: for a budget that all-int8 misses, one layer after the other, the one that hurts most first.</summary>
    public static CandidateRecipe Without(OptimizationContext context, OnnxModel source, IDataSource calibration, IReadOnlyCollection<string> layers) =>
        Quantized(context, $"int8 without {string.Join(", ", layers)}", source, calibration, new QuantizeOptions { ExcludedNodes = layers });

    /// <summary>The layers by weights × depth from the ends: first and last layers are the usual offenders.</summary>
    public static List<string> LayerNames(OnnxModel source)
    {
        List<LinearLayer> layers = LinearLayer.All(ModelPreparation.Prepare(source).Index);
        return [.. layers.Select((l, i) => (l.Output, Ends: Math.Min(i, layers.Count - 1 - i), Index: i)).OrderBy(l => l.Ends).ThenByDescending(l => l.Index).Select(l => l.Output)];
    }

    private static CandidateRecipe Quantized(OptimizationContext context, string name, OnnxModel source, IDataSource? data, QuantizeOptions options) => new(name, async token =>
    {
        QuantizeResult result = await Quantizer.QuantizeAsync(context, source, data, options, token).ConfigureAwait(false);
        return (result.Model, result.Layers);
    });

    private static CandidateRecipe Then(OptimizationContext context, CandidateRecipe first, string name, IDataSource? data, QuantizeOptions options) => new($"{first.Name} + {name}", async token =>
    {
        (OnnxModel model, IReadOnlyList<LayerDecision> layers) = await first.BuildAsync(token).ConfigureAwait(false);
        QuantizeResult result = await Quantizer.QuantizeAsync(context, model, data, options, token).ConfigureAwait(false);
        return (result.Model, [.. layers, .. result.Layers]);
    });
}
