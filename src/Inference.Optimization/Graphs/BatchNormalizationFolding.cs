using Inference.Onnx;

namespace Inference.Optimization.Graphs;

/// <summary>
/// Folds an inference-mode BatchNormalization that follows a Conv or a Gemm into it: W ← W·γ/√(σ²+ε) for each output channel, b ← (b − μ)·γ/√(σ²+ε) + β.
/// </summary>
internal static class BatchNormalizationFolding
{
    public static void Apply(GraphEditor editor)
    {
        foreach (OnnxNode norm in editor.Graph.Nodes.Where(n => n is { OpType: "BatchNormalization", Domain: "" or "ai.onnx" }).ToList())
        {
            GraphIndex index = editor.Index;
            if (index.Producer(norm.Inputs[0]) is not { } producer
                || LinearLayer.From(producer, index) is not { Node.OpType: "Conv" or "Gemm" } layer
                || index.OnlyConsumer(layer.Output) != norm
                || norm.Outputs.Skip(1).Any(o => o.Length > 0)
                || index.Consumers(layer.WeightName).Count != 1
                || (layer.BiasName is not null && layer.Bias(index) is null)
                || Parameters(norm, index) is not { } p)
            {
                continue;
            }

            Fold(editor, layer, norm, p);
        }
    }

    private static void Fold(GraphEditor editor, LinearLayer layer, OnnxNode norm, (float[] Scale, float[] Bias, float[] Mean, float[] Variance) p)
    {
        float epsilon = norm.GetFloat("epsilon", 1e-5f);
        float[] rows = layer.ReadRows();
        float[] bias = layer.Bias(editor.Index) is { } old ? Weights.Read(old) : new float[layer.Outputs];
        for (int n = 0; n < layer.Outputs; n++)
        {
            double factor = p.Scale[n] / Math.Sqrt(p.Variance[n] + (double)epsilon);
            for (int k = 0; k < layer.Reduction; k++)
            {
                rows[(n * layer.Reduction) + k] = (float)(rows[(n * layer.Reduction) + k] * factor);
            }

            bias[n] = (float)(((bias[n] - p.Mean[n]) * factor) + p.Bias[n]);
        }

        OnnxNode node = layer.Node;
        editor.ReplaceConstant(layer.MakeWeight(layer.WeightName, rows));
        string biasName = editor.AddFloats("b", bias, bias.Length);
        if (node.Inputs.Count > 2)
        {
            node.Inputs[2] = biasName;
        }
        else
        {
            node.Inputs.Add(biasName);
        }

        node.Outputs[0] = norm.Outputs[0];
        editor.Remove(norm);
    }

    private static (float[] Scale, float[] Bias, float[] Mean, float[] Variance)? Parameters(OnnxNode norm, GraphIndex index)
    {
        OnnxTensor?[] tensors = [.. norm.Inputs.Skip(1).Take(4).Select(index.Constant)];
        return tensors.Length == 4 && tensors.All(Weights.IsFloat) && norm.GetInt("training_mode") == 0
            ? (Weights.Read(tensors[0]!), Weights.Read(tensors[1]!), Weights.Read(tensors[2]!), Weights.Read(tensors[3]!))
            : null;
    }
}
