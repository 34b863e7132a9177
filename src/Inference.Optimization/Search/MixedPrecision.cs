using Inference.Data;
using Inference.Evaluation.Verdicts;
using Inference.Onnx;
using Inference.Optimization.Evaluation;
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

        ReportDetails details = await SensitivityAnalysis.RunAsync(context, model, calibration, calibration, judge.Reading.ScoreOutput, 1, SensitivityLimit, cancellationToken).ConfigureAwait(false);
        LayerSensitivity[] worst = [.. details.Sensitivities.OrderByDescending(static l => l.OutputError).ThenBy(static l => l.Name, StringComparer.Ordinal)];
        for (int count = 1; count < worst.Length; count *= 2)
        {
            LayerSensitivity[] kept = worst[..count];
            context.Report("mixed precision", count, worst.Length, $"without {string.Join(", ", kept.Select(static l => l.Name))}");
            QuantizeResult partial = await Quantizer.QuantizeAsync(context, model, calibration, options.Without(kept.ToDictionary(static l => l.Name, Reason, StringComparer.Ordinal)), cancellationToken).ConfigureAwait(false);
            if (await VerdictAsync(context, judge, partial, cancellationToken).ConfigureAwait(false) == VerdictOutcome.Met)
            {
                return partial;
            }
        }

        return whole;
    }

    private static string Reason(LayerSensitivity layer) => FormattableString.Invariant($"alone in 8 bits it causes an error of {layer.OutputError:P2} of the output's variance; with it the budget is not met");

    private static async Task<VerdictOutcome?> VerdictAsync(OptimizationContext context, SourceJudge judge, QuantizeResult result, CancellationToken cancellationToken) =>
        judge.Compare(await judge.RunAsync(context, result.Model, "quantized", cancellationToken).ConfigureAwait(false)).Verdict;
}
