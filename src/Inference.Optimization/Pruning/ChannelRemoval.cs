using Inference.Onnx;
using Inference.Optimization.Graphs;
using Inference.Optimization.Numerics;

namespace Inference.Optimization.Pruning;

/// <summary>
/// Removes channels from the weights. Refit: a removed channel is predicted from the kept ones at the same position, x_removed ≈ x_kept·M with
/// M = (XₛᵀXₛ + λI)⁻¹ XₛᵀX_removed, and M is folded into the weights that read the channel, at every tap of a kernel.
/// </summary>
internal static class ChannelRemoval
{
    // Relative to the mean of the Gram matrix' diagonal: keeps the system solvable, and changes no digit that matters.
    private const double Ridge = 1e-4;

    public static void Apply(GraphEditor editor, ChannelGroup group, int[] kept, IReadOnlyDictionary<string, GramMatrix>? refit)
    {
        foreach (LinearLayer layer in group.Producers.Concat(group.Depthwise).Distinct())
        {
            KeepOutputs(editor, Fresh(layer, editor), kept);
        }

        foreach (LinearLayer layer in group.Consumers.Distinct())
        {
            LinearLayer fresh = Fresh(layer, editor);
            KeepInputs(editor, fresh, kept, group.Channels, refit is null ? null : Prediction(refit[layer.Input], kept));
        }
    }

    // Weights of a layer change when it belongs to two groups: as a producer of one and a consumer of another.
    private static LinearLayer Fresh(LinearLayer layer, GraphEditor editor) => LinearLayer.From(layer.Node, editor.Index)!;

    private static void KeepOutputs(GraphEditor editor, LinearLayer layer, int[] kept)
    {
        float[] rows = layer.ReadRows();
        int width = layer.Reduction;
        var smaller = new float[kept.Length * width];
        for (int i = 0; i < kept.Length; i++)
        {
            rows.AsSpan(kept[i] * width, width).CopyTo(smaller.AsSpan(i * width));
        }

        OnnxTensor? bias = layer.Bias(editor.Index);
        Store(editor, layer, smaller, kept.Length, width);
        if (layer.IsConv && layer.Groups > 1)
        {
            layer.Node.SetAttribute("group", (long)kept.Length);
        }

        if (bias is not null)
        {
            float[] values = Weights.Read(bias);
            string name = editor.AddFloats("b", [.. kept.Select(c => values[c])], kept.Length);
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
    }

    private static void KeepInputs(GraphEditor editor, LinearLayer layer, int[] kept, int channels, double[,]? prediction)
    {
        float[] rows = layer.ReadRows();
        int kernel = layer.Reduction / channels;
        int[] removed = [.. Enumerable.Range(0, channels).Except(kept)];
        var smaller = new float[layer.Outputs * kept.Length * kernel];
        for (int n = 0; n < layer.Outputs; n++)
        {
            for (int i = 0; i < kept.Length; i++)
            {
                for (int t = 0; t < kernel; t++)
                {
                    double value = rows[(n * layer.Reduction) + (kept[i] * kernel) + t];
                    for (int r = 0; prediction is not null && r < removed.Length; r++)
                    {
                        value += prediction[i, r] * rows[(n * layer.Reduction) + (removed[r] * kernel) + t];
                    }

                    smaller[(((n * kept.Length) + i) * kernel) + t] = (float)value;
                }
            }
        }

        Store(editor, layer, smaller, layer.Outputs, kept.Length * kernel);
    }

    /// <summary>M [kept, removed].</summary>
    private static double[,] Prediction(GramMatrix gram, int[] kept)
    {
        int[] removed = [.. Enumerable.Range(0, gram.Rows).Except(kept)];
        var left = new double[kept.Length, kept.Length];
        var right = new double[kept.Length, removed.Length];
        for (int i = 0; i < kept.Length; i++)
        {
            for (int j = 0; j < kept.Length; j++)
            {
                left[i, j] = gram[kept[i], kept[j]] / gram.Count;
            }

            for (int r = 0; r < removed.Length; r++)
            {
                right[i, r] = gram[kept[i], removed[r]] / gram.Count;
            }
        }

        return DenseSolver.Ridge(left, right, Ridge);
    }

    private static void Store(GraphEditor editor, LinearLayer layer, float[] rows, int outputs, int reduction)
    {
        long[] dims;
        if (layer.IsConv)
        {
            long taps = layer.Weight.Dims.Skip(2).Aggregate(1L, (p, d) => p * d);
            dims = [outputs, reduction / taps, .. layer.Weight.Dims[2..]];
        }
        else
        {
            dims = layer.ChannelAxis == 0 ? [outputs, reduction] : [reduction, outputs];
        }

        float[] stored = layer.ChannelAxis == 0 ? rows : LinearLayer.Transpose(rows, outputs, reduction);
        layer.Node.Inputs[1] = editor.AddFloats("w", stored, dims);
        editor.Changed();
    }
}
