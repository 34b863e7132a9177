using Inference.Onnx;

namespace Inference.Cluster;

/// <summary>A small model: y = sigmoid(x · W), x: float32[N,256] (1 KB a row), y: float32[N,8]. Its versions have the same bytes, so that every answer can be compared.</summary>
internal static class ClusterModel
{
    public const string Name = "ranker";
    public const int Features = 256;
    public const int Outputs = 8;

    /// <summary>Publishes a version: its files are complete when its folder has its name.</summary>
    public static void Publish(string root, string version)
    {
        string aside = Path.Combine(root, "." + version);
        Directory.CreateDirectory(aside);
        File.WriteAllBytes(Path.Combine(aside, "model.onnx"), Make());
        Directory.Move(aside, Path.Combine(root, version));
    }

    public static byte[] Make(int features = Features, int outputs = Outputs)
    {
        var random = new Random(1);
        float[] weights = [.. Enumerable.Range(0, features * outputs).Select(_ => random.NextSingle() - 0.5f)];
        using var model = new OnnxModel { IrVersion = 8, ProducerName = "cluster" };
        model.OperatorSets.Add(new OnnxOperatorSet("", 17));
        model.Graph.Name = Name;
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, "N", features)));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, "N", outputs)));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("w", weights, features, outputs));
        model.Graph.Nodes.Add(new OnnxNode("MatMul", ["x", "w"], ["z"]));
        model.Graph.Nodes.Add(new OnnxNode("Sigmoid", ["z"], ["y"]));
        return model.ToArray();
    }

    /// <summary>Inputs of one row each, that calls take in turns.</summary>
    public static NamedValues[] Rows() => [.. Enumerable.Range(0, 64).Select(static i => Row(i))];

    /// <summary>Inputs of one row.</summary>
    public static NamedValues Row(int seed, int features = Features)
    {
        var random = new Random(seed);
        float[] row = new float[features];
        foreach (ref float value in row.AsSpan())
        {
            value = random.NextSingle();
        }

        return new NamedValues { ["x"] = TensorValue.Copy<float>(row, [1, features]) };
    }
}
