using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Calibration;
using Inference.Optimization.Graphs;
using Inference.Optimization.Running;

namespace Inference.Optimization.Quantization;

/// <summary>
/// SmoothQuant: channel j of an activation is divided by s_j = max|X_j|^α / max|W_j|^(1−α) and the weights that read the channel are multiplied by it, so that outlier channels no longer
/// stretch the range. Where 1/s goes is found by <see cref="ScaleFolding"/>; α is selected by the error at the layers' outputs, and nothing is changed if that error does not fall enough. Source: Xiao et al., "SmoothQuant",
/// 2022; folded into the layer before, it is cross-layer equalization by measured activations, Nagel et al., 2019.
/// </summary>
internal static class SmoothQuant
{
    // Of the output's error: less would not show in a metric, and the scaling changes the model's weights.
    private const double LeastGain = 0.05;

    // A Mul in every run has to be worth it.
    private const double LeastGainOfMul = 0.5;

    private static readonly float[] Alphas = [0.3f, 0.4f, 0.5f, 0.6f, 0.7f, 0.8f];

    /// <returns>The smoothed values: name, where the scale went, α, and the squared error before and after.</returns>
    public static async Task<List<(string Value, string Fold, float Alpha, double Before, double After)>> ApplyAsync(
        OptimizationContext context, GraphEditor editor, Dictionary<string, TensorStatistics> statistics, QuantizeOptions options, IDataSource data, CancellationToken cancellationToken)
    {
        int maxCode = CpuFeatures.MaxWeightCode(options.Target);
        var probe = new LayerProbe(editor.Model);
        var trials = new List<(IGrouping<string, LinearLayer> Group, float Alpha, float[] Factors, string[] Outputs)>();
        foreach (IGrouping<string, LinearLayer> group in Groups(editor.Index, options))
        {
            if (!statistics.TryGetValue(group.Key, out TensorStatistics? seen) || group.Any(l => l.InputChannels != seen.Channels))
            {
                continue;
            }

            float[] none = [.. Enumerable.Repeat(1f, seen.Channels)];
            trials.Add((group, 0, none, AddTrials(probe, group, seen, none, options, maxCode)));
            foreach (float alpha in Alphas)
            {
                float[] factors = Factors(group, seen, alpha);
                trials.Add((group, alpha, factors, AddTrials(probe, group, seen, factors, options, maxCode)));
            }
        }

        var applied = new List<(string, string, float, double, double)>();
        if (probe.IsEmpty)
        {
            return applied;
        }

        Dictionary<string, double[]> errors = await probe.RunAsync(context, await SelectedRows.TakeAsync(context, data, SelectedRows.ToCompare, cancellationToken).ConfigureAwait(false), "smooth", cancellationToken).ConfigureAwait(false);
        foreach (var candidates in trials.GroupBy(t => t.Group.Key).ToList())
        {
            double before = candidates.First(c => c.Alpha == 0).Outputs.Sum(o => errors[o][0]);
            var best = candidates.MinBy(c => c.Outputs.Sum(o => errors[o][0]));
            double after = best.Outputs.Sum(o => errors[o][0]);
            ScaleFold fold = ScaleFolding.Find(editor.Index, best.Group.Key, [.. best.Group.Select(l => l.Node)], best.Factors.Length);
            double least = options.SmoothQuant is null && fold == ScaleFold.Multiplication ? LeastGainOfMul : LeastGain;
            if (best.Alpha > 0 && after < before * (1 - least))
            {
                Smooth(editor, best.Group.Key, [.. best.Group.Select(l => l.Node)], best.Factors);
                applied.Add((best.Group.Key, Words(fold), best.Alpha, before, after));
            }
        }

        return applied;
    }

    /// <summary>Layers by the value they read; only if no other layer shares their weights, and the options allow a scale where it would go.</summary>
    private static IEnumerable<IGrouping<string, LinearLayer>> Groups(GraphIndex index, QuantizeOptions options) =>
        LinearLayer.All(index)
            .Where(l => l.InputChannels > 0 && index.Consumers(l.WeightName).Count == 1)
            .GroupBy(l => l.Input)
            .Where(g => g.All(l => l.IsConv == g.First().IsConv))
            .Where(g => ScaleFolding.Find(index, g.Key, [.. g.Select(l => l.Node)], g.First().InputChannels) switch
            {
                ScaleFold.Layer => options.Equalize is null,

                // A channel that a convolution pads with zeros cannot be scaled by a vector of the last axis; Mul of feature maps costs more than it gains.
                _ => options.SmoothQuant is not false && !g.First().IsConv,
            });

    private static string Words(ScaleFold fold) => fold switch
    {
        ScaleFold.Layer => "the layer before",
        ScaleFold.Normalization => "the normalization before",
        _ => "a Mul",
    };

    private static string[] AddTrials(LayerProbe probe, IEnumerable<LinearLayer> group, TensorStatistics seen, float[] factors, QuantizeOptions options, int maxCode)
    {
        float low = 0;
        float high = 0;
        for (int j = 0; j < factors.Length; j++)
        {
            low = Math.Min(low, seen.ChannelMinima[j] / factors[j]);
            high = Math.Max(high, seen.ChannelMaxima[j] / factors[j]);
        }

        QuantizationParameters input = QuantizationParameters.Asymmetric(new ValueRange(low, high));
        float[] inverse = Array.ConvertAll(factors, f => 1 / f);
        return
        [
            .. group.Select(layer =>
            {
                float[] rows = Scaled(layer, factors);
                (sbyte[] codes, float[] scales) = WeightCodes.Symmetric(rows, layer.Outputs, options.PerChannel, maxCode);
                return probe.SquaredError(layer, new LayerTrial(input, WeightCodes.Decode(codes, layer.Outputs, scales), inverse));
            }),
        ];
    }

    private static float[] Factors(IEnumerable<LinearLayer> group, TensorStatistics seen, float alpha)
    {
        var weights = new float[seen.Channels];
        foreach (LinearLayer layer in group)
        {
            float[] rows = layer.ReadRows();
            for (int i = 0; i < rows.Length; i++)
            {
                int channel = layer.InputChannel(i);
                weights[channel] = Math.Max(weights[channel], Math.Abs(rows[i]));
            }
        }

        var factors = new float[weights.Length];
        for (int j = 0; j < factors.Length; j++)
        {
            float magnitude = Math.Max(Math.Abs(seen.ChannelMinima[j]), Math.Abs(seen.ChannelMaxima[j]));
            factors[j] = magnitude > 0 && weights[j] > 0
                ? Math.Clamp(MathF.Pow(magnitude, alpha) / MathF.Pow(weights[j], 1 - alpha), 1e-4f, 1e4f)
                : 1;
        }

        return factors;
    }

    private static float[] Scaled(LinearLayer layer, float[] factors)
    {
        float[] rows = layer.ReadRows();
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] *= factors[layer.InputChannel(i)];
        }

        return rows;
    }

    private static void Smooth(GraphEditor editor, string value, OnnxNode[] nodes, float[] factors)
    {
        foreach (OnnxNode node in nodes)
        {
            // Read anew: the weights may have taken the scale of another pair.
            LinearLayer layer = LinearLayer.From(node, editor.Index)!;
            editor.ReplaceConstant(layer.MakeWeight(layer.WeightName, Scaled(layer, factors)));
        }

        ScaleFolding.Apply(editor, value, nodes, Array.ConvertAll(factors, f => 1 / f));
    }
}
