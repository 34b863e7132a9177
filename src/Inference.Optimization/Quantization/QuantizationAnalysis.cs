using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Calibration;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Graphs;
using Inference.Optimization.Reports;
using Inference.Optimization.Running;

namespace Inference.Optimization.Quantization;

/// <summary>The analysis that static quantization performs before it writes a model: once it is done, any subset of layers can be quantized without running again.</summary>
internal sealed class QuantizationAnalysis
{
    private readonly IReadOnlyDictionary<string, double[]> _biasErrors;
    private readonly IReadOnlyList<string> _notes;

    private QuantizationAnalysis(
        OnnxModel prepared, IReadOnlyDictionary<string, SelectedRange> ranges, IReadOnlyDictionary<string, Histogram> histograms, IReadOnlyDictionary<string, double[]> biasErrors, IReadOnlyList<string> notes)
    {
        _biasErrors = biasErrors;
        Prepared = prepared;
        Ranges = ranges;
        Histograms = histograms;
        _notes = notes;
        Values = ranges.ToDictionary(r => r.Key, r => r.Value.Range, StringComparer.Ordinal);
    }

    /// <summary>The float model in the form that is quantized: folded, equalized, smoothed.</summary>
    public OnnxModel Prepared { get; }

    public IReadOnlyDictionary<string, SelectedRange> Ranges { get; }

    public IReadOnlyDictionary<string, ValueRange> Values { get; }

    public IReadOnlyDictionary<string, Histogram> Histograms { get; }

    /// <summary>Changes to the model as a whole, for the record.</summary>
    public IEnumerable<string> Notes(QuantizeOptions options)
    {
        int corrected = LinearLayer.All(new GraphIndex(Prepared.Graph)).Count(l => _biasErrors.ContainsKey(l.Output) && IsQuantized(l, options));
        return options.CorrectBias ? _notes.Append($"corrected the biases of {corrected} layers") : _notes;
    }

    /// <summary>Analyzes a model. Rescaling of channels that the options leave open is kept only if it lowers the error of the model's output.</summary>
    /// <param name="context">Provides the loader and the progress.</param>
    /// <param name="model">The float model.</param>
    /// <param name="editor">A prepared copy of it, which is changed.</param>
    /// <param name="data">Rows to calibrate on.</param>
    /// <param name="options">How it will be quantized; the result serves other options that differ only in which layers stay in float.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The analysis; null if the model has no layer that can be quantized.</returns>
    public static async Task<QuantizationAnalysis?> RunAsync(
        OptimizationContext context, OnnxModel model, GraphEditor editor, IDataSource data, QuantizeOptions options, CancellationToken cancellationToken)
    {
        var notes = new List<string>();
        await ModelUpgrade.RunAsync(context, editor, data, cancellationToken).ConfigureAwait(false);
        if (options.Equalize ?? !options.PerChannel)
        {
            int pairs = Equalization.Apply(editor);
            notes.Add($"equalized {pairs} pairs of layers");
        }

        var graph = new QuantizationGraph(editor.Index);
        if (graph.Layers.Count == 0)
        {
            return null;
        }

        Dictionary<string, TensorStatistics> statistics =
            await Calibrator.RunAsync(context, editor.Model, graph.ObservedValues(), data, cancellationToken).ConfigureAwait(false);
        var scaled = new GraphEditor(GraphCopy.Copy(editor.Model));
        var smoothed = options is { SmoothQuant: false, Equalize: not null } ? [] : await SmoothQuant.ApplyAsync(context, scaled, statistics, options, data, cancellationToken).ConfigureAwait(false);
        if (smoothed.Count == 0)
        {
            return await SelectAsync(context, editor, statistics, notes, data, options, cancellationToken).ConfigureAwait(false);
        }

        string[] changes = [.. smoothed.Select(s => FormattableString.Invariant($"scaled the channels of '{s.Value}' by {s.Fold} with α {s.Alpha}: squared error {s.Before:G3} → {s.After:G3}"))];
        Dictionary<string, TensorStatistics> after = await Calibrator.RunAsync(context, scaled.Model, new QuantizationGraph(scaled.Index).ObservedValues(), data, cancellationToken).ConfigureAwait(false);
        QuantizationAnalysis rescaled = await SelectAsync(context, scaled, after, [.. notes, .. changes], data, options, cancellationToken).ConfigureAwait(false);
        if (options.SmoothQuant is true)
        {
            return rescaled;
        }

        // Layers are judged one by one; what counts is the model's output.
        QuantizationAnalysis plain = await SelectAsync(context, editor, statistics, notes, data, options, cancellationToken).ConfigureAwait(false);
        double[]? errors = await OutputErrorsAsync(context, model, [plain, rescaled], data, options, cancellationToken).ConfigureAwait(false);
        return errors is not null && errors[1] < errors[0] ? rescaled : plain;
    }

    private static async Task<QuantizationAnalysis> SelectAsync(
        OptimizationContext context, GraphEditor editor, Dictionary<string, TensorStatistics> statistics, List<string> notes, IDataSource data, QuantizeOptions options, CancellationToken cancellationToken)
    {
        var graph = new QuantizationGraph(editor.Index);
        Dictionary<string, SelectedRange> ranges =
            await RangeTrials.ChooseAsync(context, editor.Model, graph, statistics, data, options, cancellationToken).ConfigureAwait(false);
        Dictionary<string, double[]> biasErrors = options.CorrectBias ? await BiasCorrection.MeasureAsync(context, editor, ranges, options, data, cancellationToken).ConfigureAwait(false) : [];
        return new QuantizationAnalysis(editor.Model, ranges, statistics.ToDictionary(s => s.Key, s => s.Value.Histogram, StringComparer.Ordinal), biasErrors, notes);
    }

    /// <summary>The squared error of the first output that is a tensor of floats, ÷ its variance, of each analysis' model; null if no output has a number for each row.</summary>
    private static async Task<double[]?> OutputErrorsAsync(
        OptimizationContext context, OnnxModel model, QuantizationAnalysis[] analyses, IDataSource data, QuantizeOptions options, CancellationToken cancellationToken)
    {
        if (model.Graph.Outputs.Find(static o => o.Type?.ElementType == OnnxElementType.Float32)?.Name is not { } output)
        {
            return null;
        }

        try
        {
            IDataSource some = await SelectedRows.TakeAsync(context, data, SelectedRows.ToCompare, cancellationToken).ConfigureAwait(false);
            Predictions wanted = await Predictor.RunAsync(context, model, some, output, "source", cancellationToken).ConfigureAwait(false);
            var errors = new double[analyses.Length];
            for (int i = 0; i < errors.Length; i++)
            {
                Predictions got = await Predictor.RunAsync(context, analyses[i].Emit(static _ => true, options), some, output, "scaled", cancellationToken).ConfigureAwait(false);
                errors[i] = Predictions.RelativeError(wanted, got);
            }

            return errors;
        }
        catch (OptimizationException)
        {
            // The output has no rows, or no numbers: what cannot be measured is not changed.
            return null;
        }
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
        bool Wanted(LinearLayer layer) => IsQuantized(layer, options) && include(layer);
        OnnxModel corrected = _biasErrors.Count == 0 ? Prepared : BiasCorrection.Apply(Prepared, _biasErrors, Wanted);
        OnnxModel model = QdqEmitter.Emit(corrected, Values, Wanted, options);
        return options.Format == QuantizationFormat.QOperator ? QOperatorRewriter.Apply(model) : model;
    }

    private bool IsQuantized(LinearLayer layer, QuantizeOptions options) =>
        Ranges.ContainsKey(layer.Input) && Exclusion(layer.Node, options) is null && !options.StoredOnly.ContainsKey(layer.Output);

    /// <summary>Why a node stays in float whatever the analysis says; null if nothing excludes it.</summary>
    public static string? Exclusion(OnnxNode node, QuantizeOptions options) =>
        options.KeptInFloat.TryGetValue(node.Outputs[0], out string? reason) ? reason
        : options.ExcludedNodes.Contains(node.Name) || options.ExcludedNodes.Contains(node.Outputs[0]) ? "excluded by option"
        : null;
}
