using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Calibration;
using Inference.Optimization.Graphs;
using Inference.Optimization.Running;

namespace Inference.Optimization.Quantization;

/// <summary>
/// SmoothQuant: channel j of an activation is divided by s_j = max|X_j|^α / max|W_j|^(1−α) and row j of the weights that read it is multiplied by it, so that outlier channels no longer
/// stretch the range. 1/s is folded into a preceding layer normalization if nothing else reads it, and is a Mul otherwise; α is selected by the error at the layers' outputs, and
/// nothing is changed if that error does not fall. Source: Xiao et al., "SmoothQuant", 2022.
/// </summary>
internal static class SmoothQuant
{
    // Of the output's error: less would not show in a metric, and the scaling changes the model's weights.
    private const double LeastGain = 0.05;

    private static readonly float[] Alphas = [0.3f, 0.4f, 0.5f, 0.6f, 0.7f, 0.8f];

    /// <returns>The smoothed values: name, α, and the squared error before and after.</returns>
    public static async Task<List<(string Value, float Alpha, double Before, double After)>> ApplyAsync(
        OptimizationContext context, GraphEditor editor, Dictionary<string, TensorStatistics> statistics, QuantizeOptions options, IDataSource data, CancellationToken cancellationToken)
    {
        int maxCode = CpuFeatures.MaxWeightCode(options.Target);
        var probe = new LayerProbe(editor.Model);
        var trials = new List<(IGrouping<string, LinearLayer> Group, float Alpha, float[] Factors, string[] Outputs)>();
        foreach (IGrouping<string, LinearLayer> group in Groups(editor.Index))
        {
            if (!statistics.TryGetValue(group.Key, out TensorStatistics? seen) || seen.Channels != group.First().Reduction)
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

        var applied = new List<(string, float, double, double)>();
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
            if (best.Alpha > 0 && after < before * (1 - LeastGain))
            {
                Smooth(editor, best.Group.Key, [.. best.Group], best.Factors);
                applied.Add((best.Group.Key, best.Alpha, before, after));
            }
        }

        return applied;
    }

    /// <summary>MatMul and Gemm layers by the value they read; only if no other layer shares their weights.</summary>
    private static IEnumerable<IGrouping<string, LinearLayer>> Groups(GraphIndex index) =>
        LinearLayer.All(index).Where(l => !l.IsConv && index.Consumers(l.WeightName).Count == 1).GroupBy(l => l.Input);

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
                weights[i % weights.Length] = Math.Max(weights[i % weights.Length], Math.Abs(rows[i]));
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
            rows[i] *= factors[i % factors.Length];
        }

        return rows;
    }

    private static void Smooth(GraphEditor editor, string value, List<LinearLayer> group, float[] factors)
    {
        float[] inverse = Array.ConvertAll(factors, f => 1 / f);
        foreach (LinearLayer layer in group)
        {
            editor.ReplaceConstant(layer.MakeWeight(layer.WeightName, Scaled(layer, factors)));
        }

        GraphIndex index = editor.Index;
        HashSet<OnnxNode> nodes = [.. group.Select(l => l.Node)];
        if (!index.IsGraphOutput(value) && index.Consumers(value).All(nodes.Contains) && FoldIntoNormalization(editor, index.Producer(value), inverse))
        {
            return;
        }

        string scaled = editor.Names.New("m");
        editor.Redirect(value, scaled, nodes.Contains);
        editor.InsertBefore(editor.Graph.Nodes.First(nodes.Contains), new OnnxNode("Mul", [value, editor.AddFloats("f", inverse, inverse.Length)], [scaled]));
    }

    private static bool FoldIntoNormalization(GraphEditor editor, OnnxNode? producer, float[] inverse)
    {
        GraphIndex index = editor.Index;
        if (producer is { OpType: "LayerNormalization" } norm && norm.Inputs.Skip(1).All(i => i.Length == 0 || Fits(index, i, inverse)) && norm.Outputs.Count == 1)
        {
            for (int i = 1; i < norm.Inputs.Count; i++)
            {
                Scale(editor, norm, i, inverse);
            }

            return true;
        }

        // γ·x + β written out: both constants take the factor, if nothing else reads the product.
        if (producer is { OpType: "Add" } add)
        {
            int bias = Fits(index, add.Inputs[1], inverse) ? 1 : Fits(index, add.Inputs[0], inverse) ? 0 : -1;
            if (bias >= 0 && index.Producer(add.Inputs[1 - bias]) is { OpType: "Mul" } mul && index.OnlyConsumer(mul.Outputs[0]) == add)
            {
                int gain = Fits(index, mul.Inputs[1], inverse) ? 1 : Fits(index, mul.Inputs[0], inverse) ? 0 : -1;
                if (gain >= 0)
                {
                    Scale(editor, add, bias, inverse);
                    Scale(editor, mul, gain, inverse);
                    return true;
                }
            }
        }

        return false;
    }

    private static bool Fits(GraphIndex index, string name, float[] inverse) => Weights.IsFloat(index.Constant(name)) && index.Constant(name)!.Dims is [var width] && width == inverse.Length;

    private static void Scale(GraphEditor editor, OnnxNode node, int input, float[] inverse)
    {
        if (node.Inputs[input].Length > 0)
        {
            float[] values = Weights.Read(editor.Index.Constant(node.Inputs[input])!);
            for (int i = 0; i < values.Length; i++)
            {
                values[i] *= inverse[i];
            }

            node.Inputs[input] = editor.AddFloats("f", values, values.Length);
        }
    }
}
