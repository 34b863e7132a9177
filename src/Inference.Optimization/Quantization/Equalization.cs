using Inference.Onnx;
using Inference.Optimization.Graphs;

namespace Inference.Optimization.Quantization;

/// <summary>
/// Cross-layer equalization: if one layer feeds another directly or through Relu, channel j of the first is divided by s_j and the second's input channel multiplied by it,
/// s_j = √(r1_j / r2_j) with r the channels' largest weights: the function is unchanged, and both tensors use their range better. Source: Nagel et al., "Data-Free Quantization
/// Through Weight Equalization and Bias Correction", 2019.
/// </summary>
internal static class Equalization
{
    // Pairs that share a layer move each other's scales; it ends where no scale changes by a thousandth, mostly after a few sweeps.
    private const int Sweeps = 20;
    private const double Converged = 1e-3;

    /// <returns>The number of equalized pairs.</returns>
    public static int Apply(GraphEditor editor)
    {
        List<(LinearLayer First, LinearLayer Second)> pairs = Pairs(editor.Index);
        if (pairs.Count == 0)
        {
            return 0;
        }

        var rows = new Dictionary<LinearLayer, float[]>();
        var biases = new Dictionary<LinearLayer, float[]?>();
        foreach (LinearLayer layer in pairs.SelectMany(p => new[] { p.First, p.Second }).Distinct())
        {
            rows[layer] = layer.ReadRows();
            biases[layer] = layer.BiasName is not null && layer.Bias(editor.Index) is { } bias ? Weights.Read(bias) : null;
        }

        for (int sweep = 0; sweep < Sweeps; sweep++)
        {
            double change = 0;
            foreach ((LinearLayer first, LinearLayer second) in pairs)
            {
                change = Math.Max(change, Balance(first, second, rows[first], rows[second], biases[first]));
            }

            if (change < Converged)
            {
                break;
            }
        }

        foreach ((LinearLayer layer, float[] values) in rows)
        {
            editor.ReplaceConstant(layer.MakeWeight(layer.WeightName, values));
            if (biases[layer] is { } bias)
            {
                OnnxTensor old = editor.Index.Constant(layer.BiasName!)!;
                layer.Node.Inputs[2] = editor.AddFloats("b", bias, old.Dims);
            }
        }

        editor.RemoveUnused();
        return pairs.Count;
    }

    private static List<(LinearLayer First, LinearLayer Second)> Pairs(GraphIndex index)
    {
        var pairs = new List<(LinearLayer, LinearLayer)>();
        List<LinearLayer> layers = LinearLayer.All(index);
        Dictionary<OnnxNode, LinearLayer> byNode = layers.ToDictionary(l => l.Node);
        foreach (LinearLayer first in layers.Where(l => index.Consumers(l.WeightName).Count == 1 && (l.BiasName is null || l.Bias(index) is not null)))
        {
            OnnxNode? next = index.OnlyConsumer(first.Output);
            if (next is { OpType: "Relu" })
            {
                next = index.OnlyConsumer(next.Outputs[0]);
            }

            if (next is not null && byNode.TryGetValue(next, out LinearLayer? second) && index.Consumers(second.WeightName).Count == 1 && second.InputChannels == first.Outputs
                && first.IsConv == second.IsConv)
            {
                pairs.Add((first, second));
            }
        }

        return pairs;
    }

    private static double Balance(LinearLayer first, LinearLayer second, float[] w1, float[] w2, float[]? b1)
    {
        double change = 0;
        int width = first.Reduction;
        for (int j = 0; j < first.Outputs; j++)
        {
            Span<float> row = w1.AsSpan(j * width, width);
            float r1 = WeightCodes.Magnitude(row);
            float r2 = 0;
            foreach (int at in Slice(second, j))
            {
                r2 = Math.Max(r2, Math.Abs(w2[at]));
            }

            if (r1 <= 0 || r2 <= 0)
            {
                continue;
            }

            float s = MathF.Sqrt(r1 / r2);
            change = Math.Max(change, Math.Abs(s - 1));
            System.Numerics.Tensors.TensorPrimitives.Divide(row, s, row);
            if (b1 is not null)
            {
                b1[j] /= s;
            }

            foreach (int at in Slice(second, j))
            {
                w2[at] *= s;
            }
        }

        return change;
    }

    /// <summary>Positions in rows [N,K] of the weights that multiply input channel j.</summary>
    private static IEnumerable<int> Slice(LinearLayer layer, int j)
    {
        if (layer.IsConv && layer.Groups > 1)
        {
            return Enumerable.Range(j * layer.Reduction, layer.Reduction);
        }

        int kernel = layer.IsConv ? layer.Reduction / (int)layer.Weight.Dims[1] : 1;
        return Enumerable.Range(0, layer.Outputs).SelectMany(n => Enumerable.Range((n * layer.Reduction) + (j * kernel), kernel));
    }
}
