using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Graphs;
using Inference.Optimization.Numerics;
using Inference.Optimization.Records;
using Inference.Optimization.Reports;
using Inference.Optimization.Running;

namespace Inference.Optimization.Quantization;

/// <summary>Creates quantized models. The source is never changed. Thread-safe.</summary>
public static class Quantizer
{
    /// <summary>Quantizes a float model.</summary>
    /// <param name="context">Provides the loader that runs the model, the seed and the progress.</param>
    /// <param name="model">The float model.</param>
    /// <param name="data">Rows to calibrate on: required for <see cref="QuantizationMode.Static"/>; 4-bit weights are rounded by them if there are some; otherwise not used.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the work; no files are left.</param>
    /// <exception cref="OptimizationException">The model is already quantized, an option is out of range, or required data is missing.</exception>
    /// <exception cref="DataException">The data does not match the model.</exception>
    /// <exception cref="UnsupportedModelException">The model has no layer that can be quantized.</exception>
    public static async Task<QuantizeResult> QuantizeAsync(
        OptimizationContext context, OnnxModel model, IDataSource? data, QuantizeOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(model);
        return await QuantizeAsync(context, model, data, options ?? new QuantizeOptions(), null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Quantizes a model that may have been analyzed before.</summary>
    /// <param name="context">Provides the loader that runs the model, the seed and the progress.</param>
    /// <param name="model">The float model.</param>
    /// <param name="data">Rows to calibrate on.</param>
    /// <param name="options">The options.</param>
    /// <param name="analysis">An analysis of the model on these rows, by options that differ only in which layers stay in float; null to make one.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    internal static async Task<QuantizeResult> QuantizeAsync(
        OptimizationContext context, OnnxModel model, IDataSource? data, QuantizeOptions options, QuantizationAnalysis? analysis, CancellationToken cancellationToken)
    {
        options.Validate();
        ModelPreparation.RequireFloat(model, "quantize");
        var decisions = new List<LayerDecision>();
        IReadOnlyList<TensorRange> ranges = [];
        GraphEditor editor = ModelPreparation.Prepare(model);
        if (options.Mode != QuantizationMode.Static)
        {
            analysis = null;
        }
        else if (analysis is null && LinearLayer.All(editor.Index).Count > 0)
        {
            if (data is null)
            {
                throw new OptimizationException($"Model '{model.Graph.Name}': expected rows to calibrate static quantization on, got none. Pass data (--data), or choose the mode dynamic or weight.");
            }

            analysis = await QuantizationAnalysis.RunAsync(context, model, editor, data, options, cancellationToken).ConfigureAwait(false);
        }

        if (analysis is not null)
        {
            decisions.AddRange(analysis.Notes(options).Select(n => new LayerDecision("(model)", "", "prepared", n)));
            decisions.AddRange(LinearLayer.All(new GraphIndex(analysis.Prepared.Graph)).Select(l => Decide(l, analysis, options)));
            ranges = analysis.Report();
            editor = new GraphEditor(analysis.Emit(_ => true, options));
            WeightOnlyEmitter.Apply8(editor, LinearLayer.All(editor.Index).Where(l => options.StoredOnly.ContainsKey(l.Output)), options);
        }
        else
        {
            if (options.PerChannel && OpsetUpgrade.Obstacle(editor.Model) is null)
            {
                await ModelUpgrade.RunAsync(context, editor, data, cancellationToken).ConfigureAwait(false);
            }

            List<LinearLayer> products = [.. LinearLayer.All(editor.Index).Where(l => QuantizationAnalysis.Exclusion(l.Node, options) is null)];
            Dictionary<string, GramMatrix> moments = options is { Mode: QuantizationMode.WeightOnly, WeightBits: 4 } && data is not null
                ? await InputMoments.RunAsync(context, editor, products, data, cancellationToken).ConfigureAwait(false)
                : [];
            EmitWithoutData(editor, options, moments, decisions);
        }

        bool toBytes = options.Mode != QuantizationMode.BFloat16;
        if (toBytes && (editor.Model.GetOperatorSetVersion() ?? 1) >= OpsetUpgrade.Target)
        {
            decisions.AddRange(StoredWeights.Apply(editor, n => QuantizationAnalysis.Exclusion(n, options)));
        }

        HashSet<string> decided = [.. decisions.Select(static d => d.Name)];
        decisions.AddRange(FloatLayers.Find(editor.Index).Where(d => !decided.Contains(d.Name) && (toBytes || d.Operator != "Cast")));

        if (toBytes && options.Embeddings)
        {
            decisions.AddRange(EmbeddingQuantization.Apply(editor, options.ExcludedNodes)
                .Select(t => new LayerDecision(t.Table, "Gather", t.Quantized ? "int8 rows" : "float", t.Reason)));
            editor.RemoveUnused();
        }

        if (!decisions.Exists(d => d.Action.StartsWith("int", StringComparison.Ordinal) || d.Action.StartsWith("bfloat16", StringComparison.Ordinal)))
        {
            string reasons = string.Join("; ", decisions.Where(d => d.Action == "float").Select(d => $"'{d.Name}' {d.Reason}"));
            throw new UnsupportedModelException(
                $"Model '{model.Graph.Name}': expected at least one layer that can be quantized, got "
                + (reasons.Length > 0 ? $"none: {reasons}. Exclude fewer nodes, or choose another mode." : $"{string.Join(", ", model.Graph.Nodes.Select(n => n.OpType).Distinct())}, whose parameters have no {(toBytes ? "8-bit" : "bfloat16")} form. Keep the model as it is."))
            {
                Operators = [.. model.Graph.Nodes.Select(n => n.OpType).Distinct()],
            };
        }

        HalfPrecision.Narrow(editor, model);
        editor.Model.ProducerName = "Inference";
        return new QuantizeResult
        {
            Model = editor.Model,
            Layers = decisions,
            SourceBytes = Weights.TotalBytes(model.Graph),
            Bytes = Weights.TotalBytes(editor.Graph),
            Ranges = ranges,
            Analysis = analysis,
        };
    }

    private static LayerDecision Decide(LinearLayer layer, QuantizationAnalysis analysis, QuantizeOptions options) =>
        QuantizationAnalysis.Exclusion(layer.Node, options) is { } reason ? new(layer.Name, layer.Node.OpType, "float", reason)
        : options.StoredOnly.TryGetValue(layer.Output, out string? stored) ? new(layer.Name, layer.Node.OpType, "int8 weights", stored)
        : analysis.Ranges.TryGetValue(layer.Input, out SelectedRange? range)
            ? new(layer.Name, layer.Node.OpType, "int8", FormattableString.Invariant($"input range [{range.Range.Low:G4}, {range.Range.High:G4}] by {range.Method}"))
            : new(layer.Name, layer.Node.OpType, "float", "its input is not float32");

    private static void EmitWithoutData(GraphEditor editor, QuantizeOptions options, IReadOnlyDictionary<string, GramMatrix> moments, List<LayerDecision> decisions)
    {
        List<LinearLayer> layers = LinearLayer.All(editor.Index);
        List<LinearLayer> wanted = [.. layers.Where(l => QuantizationAnalysis.Exclusion(l.Node, options) is null)];
        decisions.AddRange(layers.Except(wanted).Select(l => new LayerDecision(l.Name, l.Node.OpType, "float", "excluded by option")));
        List<LinearLayer> products = [.. wanted.Where(l => !l.IsConv)];
        List<LinearLayer> convolutions = [.. wanted.Where(l => l.IsConv)];
        if (options.Mode == QuantizationMode.Dynamic)
        {
            if ((editor.Model.GetOperatorSetVersion() ?? 1) < 11)
            {
                throw new OptimizationException($"Model '{editor.Graph.Name}': expected operator set 11 or later for dynamic quantization, got {editor.Model.GetOperatorSetVersion()}. Export the model with operator set 13 or later.");
            }

            // Shared weights stay shared, if all their readers are multiplied alike.
            DynamicEmitter.Apply(editor, products, options);
            decisions.AddRange(products.Select(l => new LayerDecision(l.Name, l.Node.OpType, "int8 dynamic", "the range of activations is computed in each run")));
            WeightOnlyEmitter.Apply8(editor, convolutions, options);
            decisions.AddRange(convolutions.Select(l => new LayerDecision(l.Name, l.Node.OpType, "int8 weights", "runtimes lack ConvInteger for signed weights, so only the weights are stored in 8 bits")));
        }
        else if (options.Mode == QuantizationMode.BFloat16)
        {
            if ((editor.Model.GetOperatorSetVersion() ?? 1) < OpsetUpgrade.Target)
            {
                throw new OptimizationException(
                    $"Model '{editor.Graph.Name}': expected operator set {OpsetUpgrade.Target} or later for bfloat16, got {editor.Model.GetOperatorSetVersion()}. Export the model with operator set {OpsetUpgrade.Target} or later.");
            }

            WeightOnlyEmitter.ApplyBFloat16(editor, wanted);
            decisions.AddRange(wanted.Select(l => new LayerDecision(
                l.Name, l.Node.OpType, "bfloat16 weights", l.IsConv ? "stored in bfloat16, computed in float32" : "multiplied in bfloat16 where the load option Precision allows it, else in float32")));
        }
        else if (options.WeightBits == 4)
        {
            List<double?> errors = WeightOnlyEmitter.Apply4(editor, products, options, moments);
            decisions.AddRange(products.Zip(errors, (l, error) => new LayerDecision(l.Name, l.Node.OpType, "int4 weights", FormattableString.Invariant(
                $"blocks of {options.BlockSize} share a scale; {(error is { } e ? FormattableString.Invariant($"rounded by what its inputs are: {e:P0} of the output's squared error of rounding to the nearest code") : "rounded to the nearest code")}"))));
            WeightOnlyEmitter.Apply8(editor, convolutions, options);
            decisions.AddRange(convolutions.Select(l => new LayerDecision(l.Name, l.Node.OpType, "int8 weights", "there is no 4-bit Conv")));
        }
        else
        {
            WeightOnlyEmitter.Apply8(editor, wanted, options);
            decisions.AddRange(wanted.Select(l => new LayerDecision(l.Name, l.Node.OpType, "int8 weights", "a scale for each output channel")));
        }

        editor.RemoveUnused();
    }
}
