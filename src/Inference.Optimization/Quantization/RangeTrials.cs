using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Calibration;
using Inference.Optimization.Graphs;
using Inference.Optimization.Running;

namespace Inference.Optimization.Quantization;

/// <summary>Selects the calibration method of each tensor by the squared error at the outputs of the layers that read it.</summary>
internal static class RangeTrials
{

    private static readonly CalibrationMethod[] Methods = [CalibrationMethod.MinMax, CalibrationMethod.Percentile, CalibrationMethod.Entropy, CalibrationMethod.Mse];

    public static async Task<Dictionary<string, SelectedRange>> ChooseAsync(
        OptimizationContext context,
        OnnxModel prepared,
        QuantizationGraph graph,
        Dictionary<string, TensorStatistics> statistics,
        IDataSource data,
        QuantizeOptions options,
        CancellationToken cancellationToken)
    {
        var selected = new Dictionary<string, SelectedRange>(StringComparer.Ordinal);
        foreach ((string value, TensorStatistics seen) in statistics.Where(s => s.Value.Histogram.Count > 0))
        {
            CalibrationMethod method = options.Calibration == CalibrationMethod.Auto ? CalibrationMethod.Mse : options.Calibration;
            selected[value] = new SelectedRange(RangeSelection.Select(seen.Histogram, method, options.Percentile), method);
        }

        if (options.Calibration != CalibrationMethod.Auto)
        {
            return selected;
        }

        var probe = new LayerProbe(prepared);
        var trials = new List<(string Value, SelectedRange Range, string Output)>();
        foreach (IGrouping<string, LinearLayer> readers in graph.Layers.Where(l => selected.ContainsKey(l.Input)).GroupBy(l => l.Input))
        {
            foreach (SelectedRange range in Candidates(statistics[readers.Key].Histogram, options))
            {
                var trial = new LayerTrial(QuantizationParameters.Asymmetric(range.Range));
                trials.AddRange(readers.Select(layer => (readers.Key, range, probe.SquaredError(layer, trial))));
            }
        }

        if (probe.IsEmpty)
        {
            return selected;
        }

        Dictionary<string, double[]> errors = await probe.RunAsync(context, await SelectedRows.TakeAsync(context, data, SelectedRows.ToCompare, cancellationToken).ConfigureAwait(false), "choose ranges", cancellationToken).ConfigureAwait(false);
        foreach (IGrouping<string, (string Value, SelectedRange Range, string Output)> value in trials.GroupBy(t => t.Value))
        {
            selected[value.Key] = value.GroupBy(t => t.Range).MinBy(g => g.Sum(t => errors[t.Output][0]))!.Key;
        }

        return selected;
    }

    private static IEnumerable<SelectedRange> Candidates(Histogram histogram, QuantizeOptions options) =>
        Methods.Select(m => new SelectedRange(RangeSelection.Select(histogram, m, options.Percentile), m)).DistinctBy(r => r.Range);
}
