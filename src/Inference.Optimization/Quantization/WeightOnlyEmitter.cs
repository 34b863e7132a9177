using Inference.Onnx;
using Inference.Optimization.Graphs;

namespace Inference.Optimization.Quantization;

/// <summary>Stores weights in 8 bits behind a DequantizeLinear, or in 4 bits in MatMulNBits; computation stays in float.</summary>
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

    /// <summary>MatMul and Gemm with B as <c>com.microsoft.MatMulNBits</c>: [N, ⌈K/block⌉, block/2] bytes, low nibble first, zero point 8, a scale for each block.</summary>
    public static void Apply4(GraphEditor editor, IEnumerable<LinearLayer> layers, QuantizeOptions options)
    {
        var made = new Dictionary<(string, int), (string Codes, string Scales)>();
        foreach (LinearLayer layer in layers)
        {
            if (!made.TryGetValue((layer.WeightName, layer.ChannelAxis), out (string Codes, string Scales) b))
            {
                (byte[] packed, float[] scales) = BlockCodes.Encode(layer.ReadRows(), layer.Outputs, options.BlockSize);
                int blocks = scales.Length / layer.Outputs;
                b = (editor.AddConstant(OnnxTensor.FromBytes(editor.Names.New("w"), OnnxElementType.UInt8, packed, layer.Outputs, blocks, options.BlockSize / 2)),
                    editor.AddFloats("s", scales, scales.Length));
                made[(layer.WeightName, layer.ChannelAxis)] = b;
            }

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
    }
}
