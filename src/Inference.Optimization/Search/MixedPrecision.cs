using Inference.Data;
using Inference.Evaluation.Verdicts;
using Inference.Onnx;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Graphs;
using Inference.Optimization.Quantization;
using Inference.Optimization.Records;
using Inference.Optimization.Reports;

namespace Inference.Optimization.Search;

/// <summary>Leaves the most sensitive layers in float if a model with all layers in 8 bits misses its budget.</summary>
internal static class MixedPrecision
{
    // Some tenths of a second for each layer: enough for all layers of most models, the largest of others.
    private static readonly TimeSpan SensitivityLimit = TimeSpan.FromMinutes(2);

    /// <param name="context">Provides the loader, the clock and the progress.</param>
    /// <param name="model">The float model.</param>
    /// <param name="calibration">Rows to determine ranges on.</param>
    /// <param name="judge">The source's evaluation with the budget.</param>
    /// <param name="whole">The model with all layers in 8 bits.</param>
    /// <param name="options">What it was made with.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The first model within the budget when 1, 2, 4… layers stay in float, in the order of the error that each causes alone; the given one if it is within the budget, or no such model is.</returns>
    public static async Task<QuantizeResult> RefineAsync(
        OptimizationContext context, OnnxModel model, IDataSource calibration, SourceJudge judge, QuantizeResult whole, QuantizeOptions options, CancellationToken cancellationToken)
    {
        if (await VerdictAsync(context, judge, whole, cancellationToken).ConfigureAwait(false) is VerdictOutcome.Met or VerdictOutcome.NotJudged or null)
        {
            return whole;
        }

        // Weights that are only stored in 8 bits cost no time in float.
        Dictionary<string, string> stored = Stored(model).ToDictionary(static o => o, static _ => "with its weights in 8 bits the budget is not met", StringComparer.Ordinal);
        if (stored.Count > 0 && await TryAsync(context, model, calibration, judge, options.Without(stored), whole.Analysis, cancellationToken).ConfigureAwait(false) is { } unstored)
        {
            return unstored;
        }

        if (whole.Analysis is not { } analysis)
        {
            return whole;
        }

        ReportDetails details = await SensitivityAnalysis.RunAsync(context, model, analysis, options, calibration, judge.Reading.ScoreOutput, 1, SensitivityLimit, cancellationToken).ConfigureAwait(false);
        LayerSensitivity[] worst = [.. details.Sensitivities.OrderByDescending(static l => l.OutputError).ThenBy(static l => l.Name, StringComparer.Ordinal)];
        for (int count = 1; count < worst.Length; count *= 2)
        {
            LayerSensitivity[] kept = worst[..count];
            context.Report("mixed precision", count, worst.Length, $"without {string.Join(", ", kept.Select(static l => l.Name))}");
            var reasons = new Dictionary<string, string>(stored, StringComparer.Ordinal);
            foreach (LayerSensitivity layer in kept)
            {
                reasons[layer.Name] = Reason(layer);
            }

            if (await TryAsync(context, model, calibration, judge, options.Without(reasons), analysis, cancellationToken).ConfigureAwait(false) is { } partial)
            {
                return partial;
            }
        }

        return whole;
    }

    private static IEnumerable<string> Stored(OnnxModel model)
    {
        GraphIndex index = ModelPreparation.Prepare(model).Index;
        return index.Graph.Nodes.Where(n => StoredWeights.Of(n, index).Any()).Select(static n => n.Outputs[0]);
    }

    // The model, if it is within the budget.
    private static async Task<QuantizeResult?> TryAsync(
        OptimizationContext context, OnnxModel model, IDataSource calibration, SourceJudge judge, QuantizeOptions options, QuantizationAnalysis? analysis, CancellationToken cancellationToken)
    {
        try
        {
            QuantizeResult result = await Quantizer.QuantizeAsync(context, model, calibration, options, analysis, cancellationToken).ConfigureAwait(false);
            return await VerdictAsync(context, judge, result, cancellationToken).ConfigureAwait(false) == VerdictOutcome.Met ? result : null;
        }
        catch (UnsupportedModelException)
        {
            // Nothing is left to quantize.
            return null;
        }
    }

    private static string Reason(LayerSensitivity layer) => FormattableString.Invariant($"alone in 8 bits it causes an error of {layer.OutputError * 100:G3} % of the output's variance; with it the budget is not met");

    private static async Task<VerdictOutcome?> VerdictAsync(OptimizationContext context, SourceJudge judge, QuantizeResult result, CancellationToken cancellationToken) =>
        judge.Compare(await judge.RunAsync(context, result.Model, "quantized", cancellationToken).ConfigureAwait(false)).Verdict;
}
