using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Graphs;
using Inference.Optimization.Quantization;
using Inference.Optimization.Reports;
using Inference.Optimization.Running;

namespace Inference.Optimization.Search;

/// <summary>Quantizes each layer alone, and measures its effect on the model's output and time.</summary>
internal static class SensitivityAnalysis
{
    // The largest ones hold nearly all of the work.
    private const int MostLayers = 64;

    // For each layer: a single one saves so little that more time would tell no more.
    private static readonly TimeSpan TimingBudget = TimeSpan.FromMilliseconds(120);

    /// <param name="context">Provides the loader, the clock and the progress.</param>
    /// <param name="source">The float model.</param>
    /// <param name="analysis">What is known of it.</param>
    /// <param name="options">How layers are quantized; whichever they leave in float is measured too.</param>
    /// <param name="search">Rows to measure on.</param>
    /// <param name="output">The output to measure; null for the first.</param>
    /// <param name="rows">The number of rows of a timed run.</param>
    /// <param name="limit">The time limit; layers that do not fit are skipped, smallest first.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public static async Task<ReportDetails> RunAsync(
        OptimizationContext context,
        OnnxModel source,
        QuantizationAnalysis analysis,
        QuantizeOptions options,
        IDataSource search,
        string? output,
        int rows,
        TimeSpan limit,
        CancellationToken cancellationToken)
    {
        options = options.WithoutExceptions();
        long start = context.TimeProvider.GetTimestamp();
        IDataSource some = await SelectedRows.TakeAsync(context, search, SelectedRows.ToCompare, cancellationToken).ConfigureAwait(false);
        Predictions wanted = await Predictor.RunAsync(context, source, some, output, "source", cancellationToken).ConfigureAwait(false);
        List<LinearLayer> layers = [.. LinearLayer.All(new GraphIndex(analysis.Prepared.Graph)).Where(l => analysis.Ranges.ContainsKey(l.Input)).OrderByDescending(l => l.Weight.ElementCount).Take(MostLayers)];
        var found = new List<LayerSensitivity>();
        foreach (LinearLayer layer in layers)
        {
            if (context.TimeProvider.GetElapsedTime(start) > limit)
            {
                break;
            }

            OnnxModel alone = analysis.Emit(l => l.Output == layer.Output, options);
            Predictions got = await Predictor.RunAsync(context, alone, some, output, "candidate", cancellationToken).ConfigureAwait(false);
            double[] times = await LatencyMeter.MeasureAsync(context, [source, alone], search, rows, TimingBudget, cancellationToken).ConfigureAwait(false);
            double error = Predictions.RelativeError(wanted, got);
            found.Add(new LayerSensitivity(layer.Output, layer.Node.OpType, layer.Weight.ByteCount, error, times[1] / times[0]));
            context.Report("sensitivity", found.Count, layers.Count, FormattableString.Invariant($"{layer.Name}: output error {error:P3}, time × {times[1] / times[0]:F2}"));
        }

        return new ReportDetails { Ranges = analysis.Report(), Sensitivities = found };
    }
}
