using Inference.Onnx;
using Inference.Optimization.Graphs;
using Inference.Optimization.Records;

namespace Inference.Optimization.Quantization;

/// <summary>The nodes with weights that no quantization here covers, each with the reason, so that nobody has to guess what stayed in float.</summary>
internal static class FloatLayers
{
    // Fewer are biases, scales and other small constants.
    private const long LeastWeights = 64;

    /// <param name="index">The quantized graph.</param>
    public static IEnumerable<LayerDecision> Find(GraphIndex index)
    {
        HashSet<OnnxNode> layers = [.. LinearLayer.All(index).Select(static l => l.Node)];
        foreach (OnnxNode node in index.Graph.Nodes.Where(n => !layers.Contains(n) && !StoredWeights.Of(n, index).Any()))
        {
            // The table of a Gather is decided on by itself.
            if (node.OpType is not ("Gather" or "Add" or "Mul" or "Sub" or "Div") && node.Inputs.Select(index.Constant).FirstOrDefault(static t => t is { } && IsWeight(t)) is { } weight)
            {
                yield return new LayerDecision(node.Name.Length > 0 ? node.Name : node.Outputs[0], node.OpType, "float", Reason(node, weight, index));
            }
        }
    }

    private static bool IsWeight(OnnxTensor tensor) =>
        tensor.ElementType is OnnxElementType.Float32 or OnnxElementType.Float16 or OnnxElementType.BFloat16 or OnnxElementType.Float64 && tensor.Dims.Length >= 2 && tensor.ElementCount >= LeastWeights;

    private static string Reason(OnnxNode node, OnnxTensor weight, GraphIndex index) => node.OpType switch
    {
        _ when !Weights.IsFloat(weight) => $"its weights are {weight.ElementType.Name()}, and only float32 and float16 are quantized" + (HalfPrecision.Obstacle(index.Graph) is { } obstacle ? $"; float16 not here, since {obstacle}" : ""),
        "Gemm" => "its factor alpha or beta cannot be folded into constants",
        _ => $"{node.OpType} has no 8-bit form here",
    };
}
