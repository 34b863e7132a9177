using Inference.Onnx;
using Inference.Optimization.Graphs;

namespace Inference.Optimization.Quantization;

/// <summary>
/// Writes MatMul and Gemm layers as DynamicQuantizeLinear → MatMulInteger → Cast → Mul (→ Add): activations in u8 with the range of each run, weights in s8. Other layers are written by
/// <see cref="WeightOnlyEmitter"/>.
/// </summary>
internal static class DynamicEmitter
{
    public static void Apply(GraphEditor editor, IEnumerable<LinearLayer> layers, QuantizeOptions options)
    {
        int maxCode = CpuFeatures.MaxWeightCode(options.Target);
        var inputs = new Dictionary<string, (string Codes, string Scale, string ZeroPoint)>(StringComparer.Ordinal);
        var weights = new Dictionary<(string, int), (string Codes, string Scale)>();
        foreach (LinearLayer layer in layers)
        {
            if (!inputs.TryGetValue(layer.Input, out (string Codes, string Scale, string ZeroPoint) x))
            {
                x = (editor.Names.New("q"), editor.Names.New("s"), editor.Names.New("z"));
                inputs[layer.Input] = x;
                editor.InsertBefore(layer.Node, new OnnxNode("DynamicQuantizeLinear", [layer.Input], [x.Codes, x.Scale, x.ZeroPoint]));
            }

            if (!weights.TryGetValue((layer.WeightName, layer.ChannelAxis), out (string Codes, string Scale) w))
            {
                (sbyte[] codes, float[] scales) = WeightCodes.Symmetric(layer.ReadRows(), layer.Outputs, options.PerChannel, maxCode);
                sbyte[] columns = WeightCodes.Transpose<sbyte>(codes, layer.Outputs, layer.Reduction);
                w = (editor.AddConstant(Weights.Make<sbyte>(editor.Names.New("w"), OnnxElementType.Int8, columns, layer.Reduction, layer.Outputs)),
                    scales.Length == 1 ? editor.AddScalar("s", scales[0]) : editor.AddFloats("s", scales, scales.Length));
                weights[(layer.WeightName, layer.ChannelAxis)] = w;
            }

            Replace(editor, layer, x, w);
        }
    }

    private static void Replace(GraphEditor editor, LinearLayer layer, (string Codes, string Scale, string ZeroPoint) x, (string Codes, string Scale) w)
    {
        string sums = editor.Names.New("y");
        string floats = editor.Names.New("y");
        string scale = editor.Names.New("s");
        string? bias = layer.BiasName;
        string product = bias is null ? layer.Output : editor.Names.New("y");
        List<OnnxNode> nodes =
        [
            new("MatMulInteger", [x.Codes, w.Codes, x.ZeroPoint], [sums], name: layer.Node.Name),
            new OnnxNode("Cast", [sums], [floats]).SetAttribute("to", (long)OnnxElementType.Float32),
            new("Mul", [x.Scale, w.Scale], [scale]),
            new("Mul", [floats, scale], [product]),
        ];
        if (bias is not null)
        {
            nodes.Add(new OnnxNode("Add", [product, bias], [layer.Output]));
        }

        editor.Replace(layer.Node, [.. nodes]);
    }
}
