using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Graphs;
using Inference.Optimization.Running;

namespace Inference.Optimization.Quantization;

/// <summary>
/// Removes the mean error of each quantized layer from its bias: b += E[y_float − y_quantized] for each output channel, measured on the float layer's inputs. Source: Nagel et al.,
/// "Data-Free Quantization Through Weight Equalization and Bias Correction", 2019, with measured instead of assumed inputs.
/// </summary>
internal static class BiasCorrection
{
    /// <summary>Measures the mean error of each layer that has a bias.</summary>
    /// <returns>What each output channel's bias lacks, by the layer's output.</returns>
    public static async Task<Dictionary<string, double[]>> MeasureAsync(
        OptimizationContext context, GraphEditor editor, IReadOnlyDictionary<string, SelectedRange> ranges, QuantizeOptions options, IDataSource data, CancellationToken cancellationToken)
    {
        int maxCode = CpuFeatures.MaxWeightCode(options.Target);
        var probe = new LayerProbe(editor.Model);
        var outputs = new List<(LinearLayer Layer, string Output)>();
        foreach (LinearLayer layer in LinearLayer.All(editor.Index).Where(l => ranges.ContainsKey(l.Input) && l.Bias(editor.Index) is not null))
        {
            (sbyte[] codes, float[] scales) = WeightCodes.Symmetric(layer.ReadRows(), layer.Outputs, options.PerChannel, maxCode);
            var trial = new LayerTrial(QuantizationParameters.Asymmetric(ranges[layer.Input].Range), WeightCodes.Decode(codes, layer.Outputs, scales));
            outputs.Add((layer, probe.ChannelError(layer, trial)));
        }

        if (outputs.Count == 0)
        {
            return [];
        }

        Dictionary<string, double[]> errors = await probe.RunAsync(context, await SelectedRows.TakeAsync(context, data, SelectedRows.ToEstimate, cancellationToken).ConfigureAwait(false), "correct biases", cancellationToken).ConfigureAwait(false);
        return outputs.ToDictionary(o => o.Layer.Output, o => errors[o.Output], StringComparer.Ordinal);
    }

    /// <summary>A copy of a prepared model in which the biases of some layers are corrected: of those that will be quantized, since the others have no error.</summary>
    public static OnnxModel Apply(OnnxModel prepared, IReadOnlyDictionary<string, double[]> errors, Func<LinearLayer, bool> include)
    {
        var editor = new GraphEditor(GraphCopy.Copy(prepared));
        foreach (LinearLayer layer in LinearLayer.All(editor.Index).Where(l => errors.ContainsKey(l.Output) && include(l)))
        {
            OnnxTensor old = layer.Bias(editor.Index)!;
            float[] bias = Weights.Read(old);
            double[] error = errors[layer.Output];
            for (int i = 0; i < bias.Length; i++)
            {
                bias[i] += (float)error[i];
            }

            // A new constant: the old one may be shared.
            string name = editor.AddFloats("b", bias, old.Dims);
            if (layer.BiasName is not null)
            {
                layer.Node.Inputs[2] = name;
            }
            else
            {
                OnnxNode add = layer.BiasAdd(editor.Index)!;
                add.Inputs[add.Inputs[0] == layer.Output ? 1 : 0] = name;
            }

            editor.Changed();
        }

        editor.RemoveUnused();
        return editor.Model;
    }
}
