using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Graphs;
using Inference.Optimization.Numerics;
using Inference.Optimization.Records;
using Inference.Optimization.Running;

namespace Inference.Optimization.Distillation;

/// <summary>
/// Distillation without training: layer by layer, in order, ridge regression towards the present weights solves for the weights that best map the compressed model's inputs to the source model's
/// outputs. If some of the source's output channels were removed, the others are matched.
/// </summary>
internal static class LayerReconstruction
{
    // Relative to the mean of the Gram matrix' diagonal: directions below a hundredth of it keep their present weights.
    private const double Ridge = 1e-2;

    // Solving takes the cube of it: some 10⁹ operations.
    private const int WidestReduction = 1200;

    // Positions of a feature map; neighbours hardly differ.
    private const int SamplesPerRow = 32;

    public static async Task ApplyAsync(
        OptimizationContext context, GraphEditor editor, OnnxModel source, IDataSource data, IReadOnlyDictionary<string, int[]> kept, List<LayerDecision> decisions, CancellationToken cancellationToken)
    {
        var teacher = new GraphIndex(source.Graph);
        List<string> names = [.. LinearLayer.All(editor.Index).Select(l => l.Output)];
        int done = 0;
        foreach (string output in names)
        {
            LinearLayer layer = LinearLayer.All(editor.Index).First(l => l.Output == output);
            if (teacher.Producer(output) is not { } original || LinearLayer.From(original, teacher) is not { } before || (kept.GetValueOrDefault(output)?.Length ?? before.Outputs) != layer.Outputs || layer.Groups != 1
                || layer.Reduction > WidestReduction || editor.Index.Consumers(layer.WeightName).Count != 1 || (layer.BiasName is not null && layer.Bias(editor.Index) is null))
            {
                continue;
            }

            bool changed = await SolveAsync(context, editor, source, layer, kept.GetValueOrDefault(output), data, cancellationToken).ConfigureAwait(false);
            if (changed)
            {
                decisions.Add(new(layer.Name, layer.Node.OpType, "refitted", "least squares from the compressed model's inputs to the source's outputs"));
            }

            context.Report("reconstruct", ++done, names.Count);
        }
    }

    private static async Task<bool> SolveAsync(OptimizationContext context, GraphEditor editor, OnnxModel source, LinearLayer layer, int[]? kept, IDataSource data, CancellationToken cancellationToken)
    {
        (OnnxModel student, string patches) = WithPatches(editor.Model, layer);
        await using ModelSession inputs = await ModelSession.OpenAsync(context, Observation.Of(student, [patches]), "reconstruct", cancellationToken).ConfigureAwait(false);
        await using ModelSession targets = await ModelSession.OpenAsync(context, Observation.Of(source, [layer.Output]), "reconstruct", cancellationToken).ConfigureAwait(false);
        bool offset = layer.Bias(editor.Index) is not null;
        int k = layer.Reduction + (offset ? 1 : 0);
        var gram = new GramMatrix(k, k);
        var cross = new GramMatrix(k, layer.Outputs);
        IDataSource some = await SelectedRows.TakeAsync(context, data, GramPass.DefaultRows, cancellationToken).ConfigureAwait(false);
        await foreach (DataBatch batch in some.ReadAsync([.. targets.InputNames.Union(inputs.InputNames)], inputs.BatchRows, cancellationToken).ConfigureAwait(false))
        {
            using (batch)
            {
                using NamedValues x = await inputs.RunAsync(batch, cancellationToken).ConfigureAwait(false);
                using NamedValues y = await targets.RunAsync(batch, cancellationToken).ConfigureAwait(false);
                int step = Math.Max(1, (int)(x[patches].ElementCount / layer.Reduction / batch.Rows / SamplesPerRow));
                float[] left = GramMatrix.Samples(x[patches], layer.ChannelsLast, step);
                float[] right = Keep(GramMatrix.Samples(y[layer.Output], layer.ChannelsLast, step), left.Length / layer.Reduction, kept);
                float[] extended = offset ? WithOnes(left, layer.Reduction) : left;
                gram.Add(extended);
                cross.Add(extended, right);
            }
        }

        // Towards the present weights W₀: (G + λI)(W − W₀) = R − G·W₀, so that directions not covered by the data stay unchanged.
        float[] rows = layer.ReadRows();
        int width = layer.Reduction;
        float[]? bias = offset ? Weights.Read(layer.Bias(editor.Index)!) : null;
        double[,] g = gram.Moments(central: false);
        double[,] r = cross.Moments(central: false);
        for (int n = 0; n < layer.Outputs; n++)
        {
            for (int i = 0; i < k; i++)
            {
                // The bias after a MatMul is not part of the layer's own output: its contribution is 0.
                double predicted = bias is null || layer.BiasName is null ? 0 : g[i, k - 1] * bias[n];
                for (int j = 0; j < width; j++)
                {
                    predicted += g[i, j] * rows[(n * width) + j];
                }

                r[i, n] -= predicted;
            }
        }

        double[,] change = DenseSolver.Ridge(g, r, Ridge);
        for (int n = 0; n < layer.Outputs; n++)
        {
            for (int i = 0; i < width; i++)
            {
                rows[(n * width) + i] += (float)change[i, n];
            }

            if (bias is not null)
            {
                bias[n] += (float)change[width, n];
            }
        }

        editor.ReplaceConstant(layer.MakeWeight(layer.WeightName, rows));
        if (bias is not null)
        {
            StoreBias(editor, layer, bias);
        }

        editor.RemoveUnused();
        return true;
    }

    private static void StoreBias(GraphEditor editor, LinearLayer layer, float[] bias)
    {
        string name = editor.AddFloats("b", bias, layer.Bias(editor.Index)!.Dims);
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

    private static float[] Keep(float[] samples, int count, int[]? channels)
    {
        if (channels is null)
        {
            return samples;
        }

        int width = samples.Length / count;
        var result = new float[count * channels.Length];
        for (int i = 0; i < count; i++)
        {
            for (int c = 0; c < channels.Length; c++)
            {
                result[(i * channels.Length) + c] = samples[(i * width) + channels[c]];
            }
        }

        return result;
    }

    // A Conv with one output channel for each weight position and a single one in it returns the patches, for all strides, pads and dilations.
    private static (OnnxModel Model, string Value) WithPatches(OnnxModel model, LinearLayer layer)
    {
        var editor = new GraphEditor(GraphCopy.Copy(model));
        if (!layer.IsConv)
        {
            return (editor.Model, layer.Input);
        }

        var identity = new float[layer.Reduction * layer.Reduction];
        for (int i = 0; i < layer.Reduction; i++)
        {
            identity[(i * layer.Reduction) + i] = 1;
        }

        OnnxNode patches = GraphCopy.Copy(layer.Node);
        patches.Name = editor.Names.New("n");
        patches.Inputs.RemoveRange(2, patches.Inputs.Count - 2);
        long[] dims = [.. layer.Weight.Dims];
        dims[0] = layer.Reduction;
        patches.Inputs[1] = editor.AddFloats("w", identity, dims);
        patches.Outputs[0] = editor.Names.New("y");
        editor.Graph.Nodes.Add(patches);
        return (editor.Model, patches.Outputs[0]);
    }

    private static float[] WithOnes(float[] samples, int width)
    {
        int count = samples.Length / width;
        var result = new float[count * (width + 1)];
        for (int i = 0; i < count; i++)
        {
            samples.AsSpan(i * width, width).CopyTo(result.AsSpan(i * (width + 1)));
            result[(i * (width + 1)) + width] = 1;
        }

        return result;
    }
}
