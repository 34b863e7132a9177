using Inference.Onnx;

namespace Quickstart.Training;

/// <summary>Writes the network as an ONNX model: user, film: int64[candidates] → like: float[candidates].</summary>
internal static class ModelExport
{
    public static void Save(Network network, string path, string description)
    {
        const string Rows = "candidates";
        var model = new OnnxModel { IrVersion = 8, ProducerName = "Inference quickstart", DocString = description };
        model.OperatorSets.Add(new OnnxOperatorSet("", 13));
        model.Metadata["description"] = description;
        OnnxGraph graph = model.Graph;
        graph.Name = "recommender";
        graph.Inputs.Add(new OnnxValueInfo("user", OnnxType.Tensor(OnnxElementType.Int64, Rows)));
        graph.Inputs.Add(new OnnxValueInfo("film", OnnxType.Tensor(OnnxElementType.Int64, Rows)));
        graph.Outputs.Add(new OnnxValueInfo("like", OnnxType.Tensor(OnnxElementType.Float32, Rows)));
        graph.Initializers.Add(OnnxTensor.Create<float>("user_table", network.UserTable, network.UserTable.Length / Network.Width, Network.Width));
        graph.Initializers.Add(OnnxTensor.Create<float>("film_table", network.FilmTable, network.FilmTable.Length / Network.Width, Network.Width));
        graph.Nodes.Add(new OnnxNode("Gather", ["user_table", "user"], ["user_embedding"]));
        graph.Nodes.Add(new OnnxNode("Gather", ["film_table", "film"], ["film_embedding"]));
        var join = new OnnxNode("Concat", ["user_embedding", "film_embedding"], ["joined"]);
        join.Attributes.Add(OnnxAttribute.FromInt("axis", 1));
        graph.Nodes.Add(join);
        string last = "joined";
        for (int i = 0; i < network.Layers.Count; i++)
        {
            Dense layer = network.Layers[i];
            graph.Initializers.Add(OnnxTensor.Create<float>($"weights_{i}", layer.Weights, layer.Outputs, layer.Inputs));
            graph.Initializers.Add(OnnxTensor.Create<float>($"bias_{i}", layer.Bias, layer.Outputs));
            var gemm = new OnnxNode("Gemm", [last, $"weights_{i}", $"bias_{i}"], [$"sum_{i}"]);
            gemm.Attributes.Add(OnnxAttribute.FromInt("transB", 1));
            graph.Nodes.Add(gemm);
            bool isLast = i == network.Layers.Count - 1;
            last = isLast ? "probability" : $"hidden_{i}";
            graph.Nodes.Add(new OnnxNode(isLast ? "Sigmoid" : "Relu", [$"sum_{i}"], [last]));
        }

        graph.Initializers.Add(OnnxTensor.Create<long>("column", [1L], 1));
        graph.Nodes.Add(new OnnxNode("Squeeze", [last, "column"], ["like"]));
        model.Save(path);
    }
}
