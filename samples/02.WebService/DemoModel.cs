using Inference.Onnx;

namespace WebService;

/// <summary>A small classifier created in code: probabilities = softmax(x · W + b), x: float32[batch,4], probabilities: float32[batch,3]. Each version has its own weights.</summary>
internal static class DemoModel
{
    public const int Features = 4;
    private const int Classes = 3;
    private static readonly string s_root = Path.Combine("models", "scorer");

    /// <summary>Publishes version 1 if there is none, so that the sample starts with one command.</summary>
    public static void PublishFirst()
    {
        if (!Directory.Exists(Path.Combine(s_root, "1")))
        {
            Publish("1", null);
        }
    }

    /// <summary>Publishes a version safely: written under a staging name, then renamed.</summary>
    /// <param name="version">The version.</param>
    /// <param name="how"><c>corrupt</c> writes half a model.</param>
    public static void Publish(string version, string? how)
    {
        string aside = Path.Combine(s_root, $".{version}.{Guid.NewGuid():N}");
        Directory.CreateDirectory(aside);
        byte[] bytes = Make(int.TryParse(version, out int seed) ? seed : version.Length);
        File.WriteAllBytes(Path.Combine(aside, "model.onnx"), how == "corrupt" ? bytes[..(bytes.Length / 2)] : bytes);
        string final = Path.Combine(s_root, version);
        if (Directory.Exists(final))
        {
            Directory.Delete(final, recursive: true);
        }

        Directory.Move(aside, final);
        Console.WriteLine($"published {final}");
    }

    private static byte[] Make(int seed)
    {
        var random = new Random(seed);
        float[] weights = [.. Enumerable.Range(0, Features * Classes).Select(_ => random.NextSingle() - 0.5f)];
        using var model = new OnnxModel { IrVersion = 8, ProducerName = "web service sample" };
        model.OperatorSets.Add(new OnnxOperatorSet("", 17));
        model.Graph.Name = "scorer";
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, "batch", Features)));
        model.Graph.Outputs.Add(new("probabilities", OnnxType.Tensor(OnnxElementType.Float32, "batch", Classes)));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("w", weights, Features, Classes));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("b", new float[Classes], Classes));
        model.Graph.Nodes.Add(new OnnxNode("Gemm", ["x", "w", "b"], ["logits"]));
        model.Graph.Nodes.Add(new OnnxNode("Softmax", ["logits"], ["probabilities"]).SetAttribute("axis", 1));
        return model.ToArray();
    }
}
