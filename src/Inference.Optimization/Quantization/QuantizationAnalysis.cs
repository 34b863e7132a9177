using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Calibration;
using Inference.Optimization.Graphs;
using Inference.Optimization.Reports;
using Inference.Optimization.Running;

namespace Inference.Optimization.Quantization;

/// <summary>The analysis that static quantization performs before it writes a model: once it is done, any subset of layers can be quantized without running again.</summary>
internal sealed class QuantizationAnalysis
{
    private QuantizationAnalysis(OnnxModel prepared, IReadOnlyDictionary<string, SelectedRange> ranges, IReadOnlyDictionary<string, Histogram> histograms, IReadOnlyList<string> notes)
    {
        Prepared = prepared;
        Ranges = ranges;
        Histograms = histograms;
        Notes = notes;
        Values = ranges.ToDictionary(r => r.Key, r => r.Value.Range, StringComparer.Ordinal);
    }

    /// <summary>The float model in the form that is quantized: folded, equalized, smoothed, with corrected biases.</summary>
    public OnnxModel Prepared { get; }

    public IReadOnlyDictionary<string, SelectedRange> Ranges { get; }

    public IReadOnlyDictionary<string, ValueRange> Values { get; }

    public IReadOnlyDictionary<string, Histogram> Histograms { get; }

    /// <summary>Changes to the model as a whole, for the record.</summary>
    public IReadOnlyList<string> Notes { get; }

    public static async Task<QuantizationAnalysis> RunAsync(
        OptimizationContext context, OnnxModel model, IDataSource data, QuantizeOptions options, CancellationToken cancellationToken)
    {
        var notes = new List<string>();
        GraphEditor editor = ModelPreparation.Prepare(model);
        await UpgradeAsync(context, editor, data, cancellationToken).ConfigureAwait(false);
        if (options.Equalize ?? !options.PerChannel)
        {
            int pairs = Equalization.Apply(editor);
            notes.Add($"equalized {pairs} pairs of layers");
        }

        var graph = new QuantizationGraph(editor.Index);
        if (graph.Layers.Count == 0)
        {
            throw new UnsupportedModelException(
                $"Model '{model.Graph.Name}': expected at least one MatMul, Gemm or Conv with constant float32 weights, got none. Leave the model unquantized.")
            {
                Operators = [.. model.Graph.Nodes.Select(n => n.OpType).Distinct()],
            };
        }

        Dictionary<string, TensorStatistics> statistics =
            await Calibrator.RunAsync(context, editor.Model, graph.ObservedValues(), data, cancellationToken).ConfigureAwait(false);
        if (options.SmoothQuant)
        {
            var smoothed = await SmoothQuant.ApplyAsync(context, editor, statistics, options, data, cancellationToken).ConfigureAwait(false);
            notes.AddRange(smoothed.Select(s => FormattableString.Invariant($"smoothed '{s.Value}' with α {s.Alpha}: squared error {s.Before:G3} → {s.After:G3}")));
            if (smoothed.Count > 0)
            {
                graph = new QuantizationGraph(editor.Index);
                statistics = await Calibrator.RunAsync(context, editor.Model, graph.ObservedValues(), data, cancellationToken).ConfigureAwait(false);
            }
        }

        Dictionary<string, SelectedRange> ranges =
            await RangeTrials.ChooseAsync(context, editor.Model, graph, statistics, data, options, cancellationToken).ConfigureAwait(false);
        if (options.CorrectBias)
        {
            int corrected = await BiasCorrection.ApplyAsync(context, editor, ranges, l => !IsExcluded(l, options), options, data, cancellationToken).ConfigureAwait(false);
            notes.Add($"corrected the biases of {corrected} layers");
        }

        return new QuantizationAnalysis(editor.Model, ranges, statistics.ToDictionary(s => s.Key, s => s.Value.Histogram, StringComparer.Ordinal), notes);
    }

    /// <summary>Ranges with the observed values, for a report.</summary>
    public IReadOnlyList<TensorRange> Report() => [.. Ranges.Where(r => Histograms.ContainsKey(r.Key)).Select(r => Coarse(r.Key, r.Value, Histograms[r.Key]))];

    private static TensorRange Coarse(string name, SelectedRange range, Histogram histogram)
    {
        // Only the bins that hold something, merged to a few.
        int first = 0;
        int end = histogram.Bins.Length;
        for (; first < end - 1 && histogram.Bins[first] == 0; first++)
        {
        }

        for (; end > first + 1 && histogram.Bins[end - 1] == 0; end--)
        {
        }

        int merged = ((end - first) + TensorRange.Bins - 1) / TensorRange.Bins;
        var counts = new long[((end - first) + merged - 1) / merged];
        for (int i = first; i < end; i++)
        {
            counts[(i - first) / merged] += histogram.Bins[i];
        }

        return new TensorRange
        {
            Name = name,
            Method = range.Method.ToString(),
            Low = range.Range.Low,
            High = range.Range.High,
            Origin = histogram.Origin + (first * histogram.Width),
            Width = merged * histogram.Width,
            Counts = counts,
        };
    }

    /// <summary>The model with the chosen layers in 8 bits.</summary>
    public OnnxModel Emit(Func<LinearLayer, bool> include, QuantizeOptions options)
    {
        OnnxModel model = QdqEmitter.Emit(Prepared, Values, l => Ranges.ContainsKey(l.Input) && !IsExcluded(l, options) && include(l), options);
        return options.Format == QuantizationFormat.QOperator ? QOperatorRewriter.Apply(model) : model;
    }

    public static bool IsExcluded(LinearLayer layer, QuantizeOptions options) =>
        options.ExcludedNodes.Contains(layer.Node.Name) || options.ExcludedNodes.Contains(layer.Output);

    public static async Task UpgradeAsync(OptimizationContext context, GraphEditor editor, IDataSource? data, CancellationToken cancellationToken)
    {
        if ((editor.Model.GetOperatorSetVersion() ?? 1) >= OpsetUpgrade.Target)
        {
            return;
        }

        string[] softmaxes = [.. editor.Graph.Nodes.Where(n => n.OpType is "Softmax" or "LogSoftmax" or "Hardmax" && n.GetInt("axis", 1) != -1).Select(n => n.Outputs[0])];
        Dictionary<string, long[]> shapes = data is null || softmaxes.Length == 0
            ? []
            : await ShapeProbe.RunAsync(context, editor.Model, softmaxes, data, cancellationToken).ConfigureAwait(false);
        OpsetUpgrade.Apply(editor, shapes);
    }
}
