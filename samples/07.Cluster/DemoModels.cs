using System.Globalization;
using Inference.Onnx;

namespace Cluster;

/// <summary>Small classifiers made in code: probabilities = softmax(x · W), x: float32[N,16].</summary>
internal static class DemoModels
{
    public const int Features = 16;

    /// <summary>The names of the models; each has versions 1 and 2.</summary>
    public static IReadOnlyList<string> Names { get; } = ["ranker", .. Enumerable.Range(1, 20).Select(i => $"shop-{i}")];

    public static void Publish(string root)
    {
        foreach (string name in Names)
        {
            foreach (int version in (int[])[1, 2])
            {
                string folder = Path.Combine(root, name, version.ToString(CultureInfo.InvariantCulture));
                Directory.CreateDirectory(folder);
                File.WriteAllBytes(Path.Combine(folder, "model.onnx"), Make(version));
            }
        }
    }

    public static float[] Row(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Features).Select(_ => random.NextSingle())];
    }

    private static byte[] Make(int seed)
    {
        const int Classes = 4;
        var random = new Random(seed);
        float[] weights = [.. Enumerable.Range(0, Features * Classes).Select(_ => random.NextSingle() - 0.5f)];
        using var model = new OnnxModel { IrVersion = 8, ProducerName = "cluster sample" };
        model.OperatorSets.Add(new OnnxOperatorSet("", 17));
        model.Graph.Name = "classifier";
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, "N", Features)));
        model.Graph.Outputs.Add(new("probabilities", OnnxType.Tensor(OnnxElementType.Float32, "N", Classes)));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("w", weights, Features, Classes));
        model.Graph.Nodes.Add(new OnnxNode("MatMul", ["x", "w"], ["logits"]));
        model.Graph.Nodes.Add(new OnnxNode("Softmax", ["logits"], ["probabilities"]).SetAttribute("axis", 1));
        return model.ToArray();
    }
}
