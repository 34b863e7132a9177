using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Factorization;
using Inference.Optimization.Graphs;
using Inference.Optimization.Pruning;
using Inference.Optimization.Quantization;
using Inference.Optimization.Records;
using Inference.Optimization.Reports;
using Inference.Optimization.Sparsification;

namespace Inference.Optimization.Search;

/// <summary>The recipes of a search, most promising first: 8 bits alone, then combined with factorization, pruning and, for attention over long sequences, sparsification.</summary>
internal static class CandidateRecipes
{
    /// <summary>The minimum share of time that a layer is assumed to save, so that the errors of layers that save none can be distinguished.</summary>
    private const double LeastGain = 0.02;

    /// <summary>The recipe whose models are loaded with bfloat16 allowed.</summary>
    public const string BFloat16 = "bfloat16";

    // With fewer weights in products, 4 bits save too little to be measured.
    private const double LeastProducts = 0.25;

    private static QuantizeOptions WeightsOnly => new() { Mode = QuantizationMode.WeightOnly };

    public static List<CandidateRecipe> All(OptimizationContext context, OnnxModel source, IDataSource calibration, SourceAnalysis analysis, bool bfloat16 = false)
    {
        List<CandidateRecipe> recipes =
        [
            Analyzed(context, "int8", source, calibration, analysis, new QuantizeOptions()),
            Quantized(context, "int8 dynamic", source, null, new QuantizeOptions { Mode = QuantizationMode.Dynamic }),
        ];
        if (bfloat16)
        {
            recipes.Add(Quantized(context, BFloat16, source, null, new QuantizeOptions { Mode = QuantizationMode.BFloat16 }) with { Precision = ModelPrecision.AllowBFloat16 });
        }

        // One decomposition for all shares.
        var bases = new Dictionary<string, LowRankBasis>(StringComparer.Ordinal);
        recipes.AddRange(Combined(context, calibration, [0.5, 0.35, 0.25], share => new CandidateRecipe(FormattableString.Invariant($"factorize {share}"), async token =>
        {
            FactorizeResult result = await Factorizer.FactorizeAsync(
                context, source, calibration, new FactorizeOptions { TargetMacs = share, RequireMeasuredGain = false, Bases = bases }, token).ConfigureAwait(false);
            return (result.Model, result.Layers);
        })));
        recipes.AddRange(Combined(context, calibration, [0.7, 0.5], share => new CandidateRecipe(FormattableString.Invariant($"prune {share}"), async token =>
        {
            PruneResult result = await Pruner.PruneAsync(context, source, calibration, new PruneOptions { TargetMacs = share }, token).ConfigureAwait(false);
            return (result.Model, result.Layers);
        })));
        if (Sparsifier.Applies(source))
        {
            // One measurement for all shares.
            var heads = new List<AttentionHead>();
            recipes.AddRange(Combined(context, calibration, [0.99, 0.95, 0.9], share => new CandidateRecipe(FormattableString.Invariant($"sparsify {share}"), async token =>
            {
                SparsifyResult result = await Sparsifier.SparsifyAsync(context, source, calibration, options: new SparsifyOptions { Share = share, Heads = heads }, cancellationToken: token).ConfigureAwait(false);
                return (result.Model, result.Layers);
            })));
        }

        recipes.Add(Quantized(context, "int8 weights", source, null, WeightsOnly));
        if (ProductShare(source) >= LeastProducts)
        {
            recipes.Add(Quantized(context, "int4 weights", source, calibration, new QuantizeOptions { Mode = QuantizationMode.WeightOnly, WeightBits = 4 }) with { Milder = ["int8 weights"] });
        }

        return recipes;
    }

    // Each share alone and with 8 bits, mildest first.
    private static IEnumerable<CandidateRecipe> Combined(OptimizationContext context, IDataSource calibration, double[] shares, Func<double, CandidateRecipe> make)
    {
        List<string> plain = [], whole = [], stored = [];
        foreach (CandidateRecipe recipe in shares.Select(make).Select(new LastBuild().Of))
        {
            CandidateRecipe int8 = Then(context, recipe, "int8", calibration, new QuantizeOptions());
            CandidateRecipe weights = Then(context, recipe, "int8 weights", null, WeightsOnly);
            yield return int8 with { Milder = [.. plain, .. whole] };
            yield return recipe with { Milder = [.. plain] };
            plain.Add(recipe.Name);
            yield return weights with { Milder = [.. plain, .. stored] };
            whole.Add(int8.Name);
            stored.Add(weights.Name);
        }
    }

    /// <summary>8 bits with some layers left in float: those that are slower in 8 bits; and, for a budget that all-int8 misses, more and more of those with the largest error per
    /// saved time.</summary>
    public static IEnumerable<CandidateRecipe> Partial(
        OptimizationContext context, OnnxModel source, IDataSource calibration, SourceAnalysis analysis, IReadOnlyList<LayerSensitivity> layers, bool missed)
    {
        string[] slower = [.. layers.Where(l => l.TimeShare > 1).Select(l => l.Name)];
        if (slower.Length > 0 && slower.Length < layers.Count)
        {
            yield return Analyzed(context, "int8 where it is faster", source, calibration, analysis, new QuantizeOptions { ExcludedNodes = slower });
        }

        string[] worst = [.. layers.OrderByDescending(l => l.OutputError / Math.Max(1 - l.TimeShare, LeastGain)).Select(l => l.Name)];
        for (int count = 1; missed && count < worst.Length; count *= 2)
        {
            yield return Analyzed(context, $"int8 without {string.Join(", ", worst[..count])}", source, calibration, analysis, new QuantizeOptions { ExcludedNodes = worst[..count] });
        }
    }

    // Of the elements of constants: what MatMul and Gemm multiply by, which is what has a 4-bit form.
    private static double ProductShare(OnnxModel source)
    {
        GraphEditor prepared = ModelPreparation.Prepare(source);
        long all = prepared.Graph.Initializers.Sum(static t => t.ElementCount);
        return all == 0 ? 0 : (double)LinearLayer.All(prepared.Index).Where(static l => !l.IsConv).DistinctBy(static l => l.WeightName).Sum(static l => l.Weight.ElementCount) / all;
    }

    private static CandidateRecipe Quantized(OptimizationContext context, string name, OnnxModel source, IDataSource? data, QuantizeOptions options) => new(name, async token =>
    {
        QuantizeResult result = await Quantizer.QuantizeAsync(context, source, data, options, token).ConfigureAwait(false);
        return (result.Model, result.Layers);
    });

    private static CandidateRecipe Analyzed(OptimizationContext context, string name, OnnxModel source, IDataSource calibration, SourceAnalysis analysis, QuantizeOptions options) => new(name, async token =>
    {
        QuantizeResult result = await Quantizer.QuantizeAsync(context, source, calibration, options, await analysis.GetAsync(token).ConfigureAwait(false), token).ConfigureAwait(false);
        return (result.Model, result.Layers);
    });

    private static CandidateRecipe Then(OptimizationContext context, CandidateRecipe first, string name, IDataSource? data, QuantizeOptions options) => new($"{first.Name} + {name}", async token =>
    {
        (OnnxModel model, IReadOnlyList<LayerDecision> layers) = await first.BuildAsync(token).ConfigureAwait(false);
        QuantizeResult result = await Quantizer.QuantizeAsync(context, model, data, options, token).ConfigureAwait(false);
        return (result.Model, [.. layers, .. result.Layers]);
    });
}
