using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Quantization;
using Inference.Optimization.Reports;

namespace Inference.Optimization.Search;

/// <summary>Chooses by measurement which layers compute in 8 bits: quantizing activations takes time of its own, which small layers do not win back. The others keep their weights in 8 bits and compute in float.</summary>
internal static class FasterForm
{
    // What two measurements of one model differ by.
    private const double LeastGain = 1.02;
    private static readonly TimeSpan TimingBudget = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan SensitivityLimit = TimeSpan.FromSeconds(20);

    /// <param name="context">Provides the loader, the clock and the progress.</param>
    /// <param name="model">The float model.</param>
    /// <param name="calibration">Rows to determine ranges on.</param>
    /// <param name="whole">The model with all layers in 8 bits.</param>
    /// <param name="options">What it was made with.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The first that is faster than the source: the given one, the one whose slower layers compute in float; else the one with 8-bit weights alone. With the options that make it.</returns>
    public static async Task<(QuantizeResult Result, QuantizeOptions Options)> ChooseAsync(
        OptimizationContext context, OnnxModel model, IDataSource calibration, QuantizeResult whole, QuantizeOptions options, CancellationToken cancellationToken)
    {
        if (await SpeedupAsync(context, model, whole, calibration, cancellationToken).ConfigureAwait(false) >= LeastGain)
        {
            return (whole, options);
        }

        IReadOnlyList<LayerSensitivity> layers = whole.Analysis is { } analysis
            ? (await SensitivityAnalysis.RunAsync(context, model, analysis, options, calibration, null, 1, SensitivityLimit, cancellationToken).ConfigureAwait(false)).Sensitivities
            : [];
        Dictionary<string, string> slower = layers.Where(static l => l.TimeShare > 1).ToDictionary(
            static l => l.Name, static l => FormattableString.Invariant($"computes in float: in 8 bits the model takes {l.TimeShare:F2} of its time"), StringComparer.Ordinal);
        if (slower.Count > 0 && slower.Count < layers.Count)
        {
            QuantizeOptions partly = options.Storing(slower);
            QuantizeResult partial = await Quantizer.QuantizeAsync(context, model, calibration, partly, whole.Analysis, cancellationToken).ConfigureAwait(false);
            if (await SpeedupAsync(context, model, partial, calibration, cancellationToken).ConfigureAwait(false) >= LeastGain)
            {
                return (partial, partly);
            }
        }

        QuantizeOptions stored = options.In(QuantizationMode.WeightOnly);
        return (await Quantizer.QuantizeAsync(context, model, calibration, stored, cancellationToken).ConfigureAwait(false), stored);
    }

    private static async Task<double> SpeedupAsync(OptimizationContext context, OnnxModel source, QuantizeResult result, IDataSource data, CancellationToken cancellationToken)
    {
        double[] times = await LatencyMeter.MeasureAsync(context, [source, result.Model], data, 1, TimingBudget, cancellationToken).ConfigureAwait(false);
        return times[0] / times[1];
    }
}
