using Inference.Onnx;
using Inference.Optimization.Graphs;
using Inference.Optimization.Numerics;

namespace Inference.Optimization.Quantization;

/// <summary>Stores weights in 8 bits behind a DequantizeLinear, in bfloat16 behind a Cast, or in 4 bits in MatMulNBits; computation stays in float.</summary>
internal static class WeightOnlyEmitter
{
    public static void Apply8(GraphEditor editor, IEnumerable<LinearLayer> layers, QuantizeOptions options)
    {
        var made = new Dictionary<(string, int), string>();
        foreach (LinearLayer layer in layers)
        {
            if (!made.TryGetValue((layer.WeightName, layer.ChannelAxis), out string? restored))
            {
                bool perChannel = options.PerChannel && (editor.Model.GetOperatorSetVersion() ?? 1) >= OpsetUpgrade.Target;
                (sbyte[] codes, float[] scales) = WeightCodes.Symmetric(layer.ReadRows(), layer.Outputs, perChannel, 127);
                sbyte[] stored = layer.ChannelAxis == 0 ? codes : WeightCodes.Transpose<sbyte>(codes, layer.Outputs, layer.Reduction);
                string name = editor.AddConstant(Weights.Make<sbyte>(editor.Names.New("w"), OnnxElementType.Int8, stored, layer.Weight.Dims));
                restored = editor.Names.New("d");
                var node = new OnnxNode(
                    "DequantizeLinear",
                    [name, scales.Length == 1 ? editor.AddScalar("s", scales[0]) : editor.AddFloats("s", scales, scales.Length)],
                    [restored]);
                if (scales.Length > 1)
                {
                    node.SetAttribute("axis", (long)layer.ChannelAxis);
                }

                editor.InsertBefore(layer.Node, node);
                made[(layer.WeightName, layer.ChannelAxis)] = restored;
            }

            layer.Node.Inputs[1] = restored;
        }

        editor.Changed();
    }

    /// <summary>Weights as bfloat16, rounded to nearest, halves to even, behind a Cast to float32; weights that layers share stay shared.</summary>
    public static void ApplyBFloat16(GraphEditor editor, IEnumerable<LinearLayer> layers)
    {
        var made = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (LinearLayer layer in layers)
        {
            if (!made.TryGetValue(layer.WeightName, out string? restored))
            {
                BFloat16[] stored = Array.ConvertAll(Weights.Read(layer.Weight), static w => (BFloat16)w);
                string name = editor.AddConstant(Weights.Make<BFloat16>(editor.Names.New("w"), OnnxElementType.BFloat16, stored, layer.Weight.Dims));
                restored = editor.Names.New("d");
                var node = new OnnxNode("Cast", [name], [restored]);
                node.SetAttribute("to", (long)OnnxElementType.Float32);
                editor.InsertBefore(layer.Node, node);
                made[layer.WeightName] = restored;
            }

            layer.Node.Inputs[1] = restored;
        }

        editor.Changed();
    }

    /// <summary>MatMul and Gemm with B as <c>com.microsoft.MatMulNBits</c>: [N, ⌈K/block⌉, block/2] bytes, low nibble first, zero point 8, a scale for each block.</summary>
    /// <param name="editor">The model.</param>
    /// <param name="layers">The layers.</param>
    /// <param name="options">The block size.</param>
    /// <param name="moments">The second moments of the layers' inputs; layers without them are rounded to the nearest codes.</param>
    /// <returns>The squared error of each layer's output relative to that of rounding to the nearest codes, in their order; null for a layer without moments.</returns>
    public static List<double?> Apply4(GraphEditor editor, IReadOnlyList<LinearLayer> layers, QuantizeOptions options, IReadOnlyDictionary<string, GramMatrix> moments)
    {
        var made = new Dictionary<(string, int), (string Codes, string Scales, double? Error)>();
        ILookup<(string, int), LinearLayer> readers = layers.ToLookup(static l => (l.WeightName, l.ChannelAxis));
        var errors = new List<double?>();
        foreach (LinearLayer layer in layers)
        {
            if (!made.TryGetValue((layer.WeightName, layer.ChannelAxis), out (string Codes, string Scales, double? Error) b))
            {
                (byte[] packed, float[] scales, double? error) = Encode(layer, readers[(layer.WeightName, layer.ChannelAxis)], options, moments);
                int blocks = scales.Length / layer.Outputs;
                b = (editor.AddConstant(OnnxTensor.FromBytes(editor.Names.New("w"), OnnxElementType.UInt8, packed, layer.Outputs, blocks, options.BlockSize / 2)),
                    editor.AddFloats("s", scales, scales.Length), error);
                made[(layer.WeightName, layer.ChannelAxis)] = b;
            }

            errors.Add(b.Error);
            string? bias = layer.BiasName;
            string product = bias is null ? layer.Output : editor.Names.New("y");
            OnnxNode node = new OnnxNode("MatMulNBits", [layer.Input, b.Codes, b.Scales], [product], "com.microsoft", layer.Node.Name)
                .SetAttribute("K", (long)layer.Reduction)
                .SetAttribute("N", (long)layer.Outputs)
                .SetAttribute("bits", 4L)
                .SetAttribute("block_size", (long)options.BlockSize);
            if (bias is null)
            {
                editor.Replace(layer.Node, node);
            }
            else
            {
                editor.Replace(layer.Node, node, new OnnxNode("Add", [product, bias], [layer.Output]));
            }
        }

        editor.RequireOpset("com.microsoft", 1);
        return errors;
    }

    private static (byte[] Packed, float[] Scales, double? Error) Encode(LinearLayer layer, IEnumerable<LinearLayer> readers, QuantizeOptions options, IReadOnlyDictionary<string, GramMatrix> moments)
    {
        float[] rows = layer.ReadRows();
        GramMatrix[] grams = [.. readers.Select(r => moments.GetValueOrDefault(r.Input)).OfType<GramMatrix>().Where(g => g.Columns == layer.Reduction)];
        if (grams.Length == 0)
        {
            (byte[] packed, float[] scales) = BlockCodes.Encode(rows, layer.Outputs, options.BlockSize);
            return (packed, scales, null);
        }

        // Layers with the same weights: what counts is the error of all of them.
        var gram = new double[layer.Reduction * layer.Reduction];
        for (int i = 0; i < gram.Length; i++)
        {
            foreach (GramMatrix part in grams)
            {
                gram[i] += part[i / layer.Reduction, i % layer.Reduction] / part.Count;
            }
        }

        return new BlockRounding(gram, layer.Reduction).Encode(rows, layer.Outputs, options.BlockSize);
    }
}
