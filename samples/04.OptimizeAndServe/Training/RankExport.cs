using Inference.Onnx;
using OptimizeAndServe.World;

namespace OptimizeAndServe.Training;

/// <summary>
/// Writes a network as ONNX. Inputs: user_id, country, age, segment, device, hour: int64[requests]; user_numbers: float[requests,8]; history: int64[requests,50];
/// items: int64[requests,items]; item_numbers: float[requests,items,8]. Output: score: float[requests,items], the probability of a click.
/// </summary>
internal sealed class RankExport
{
    /// <summary>The inputs that depend on the user alone.</summary>
    public static IReadOnlyList<string> UserInputs { get; } = ["user_id", "country", "age", "segment", "user_numbers", "history"];

    private readonly OnnxModel _model = new() { IrVersion = 8, ProducerName = "Inference sample" };
    private readonly RankNetwork _network;

    private RankExport(RankNetwork network) => _network = network;

    private OnnxGraph Graph => _model.Graph;

    public static OnnxModel ToModel(RankNetwork network, string name)
    {
        var export = new RankExport(network);
        export._model.OperatorSets.Add(new OnnxOperatorSet("", 13));
        export.Graph.Name = name;
        export.Inputs();
        export.Tables();
        string hidden = export.User();
        export.Score(hidden);
        return export._model;
    }

    private void Inputs()
    {
        void Input(string name, OnnxElementType type, params OnnxDimension[] dims) => Graph.Inputs.Add(new OnnxValueInfo(name, OnnxType.Tensor(type, dims)));
        foreach (string name in (string[])["user_id", "country", "age", "segment", "device", "hour"])
        {
            // The first stage of the cascade takes the ranker's inputs, although it does not use the id.
            Input(name, OnnxElementType.Int64, "requests");
        }

        Input("user_numbers", OnnxElementType.Float32, "requests", ClickWorld.UserNumbers);
        Input("history", OnnxElementType.Int64, "requests", ClickWorld.HistoryLength);
        Input("items", OnnxElementType.Int64, "requests", "items");
        Input("item_numbers", OnnxElementType.Float32, "requests", "items", ClickWorld.ItemNumbers);
        Graph.Outputs.Add(new OnnxValueInfo("score", OnnxType.Tensor(OnnxElementType.Float32, "requests", "items")));
    }

    private void Tables()
    {
        void Table(string name, EmbeddingTable table) => Graph.Initializers.Add(OnnxTensor.Create<float>(name, table.Values, table.Rows, table.Width));
        Graph.Initializers.Add(OnnxTensor.Create<float>("item_table", Items(), ClickWorld.Items, _network.Shape.ClickWidth));
        string[] small = ["country_table", "age_table", "segment_table", "device_table", "hour_table"];
        for (int i = 0; i < small.Length; i++)
        {
            Table(small[i], _network.Small[i]);
        }

        if (_network.UserIds is { } users)
        {
            Table("user_table", users);
        }

        Graph.Initializers.Add(OnnxTensor.Create<long>("axis_1", [1L], 1));
        Graph.Initializers.Add(OnnxTensor.Create<long>("axis_2", [2L], 1));
        if (_network.Shape.Product)
        {
            Graph.Initializers.Add(OnnxTensor.Create<long>("first", [0L], 1));
        }

        Graph.Initializers.Add(OnnxTensor.Create<long>("interests_shape", [0L, _network.Shape.Interests, _network.Shape.ClickWidth], 3));
        Graph.Initializers.Add(OnnxTensor.Create<float>("dot_scale", [RankNetwork.DotScale]));
    }

    /// <summary>The part that depends on the user alone; returns the name of its hidden layer.</summary>
    private string User()
    {
        string x = Add("Gather", ["item_table", "history"]);
        for (int l = 0; l < _network.History.Count; l++)
        {
            x = Dense(x, _network.History[l], $"history_{l}", relu: true);
        }

        Graph.Initializers.Add(OnnxTensor.Create<float>("attention", _network.Pool.Vector, _network.Pool.Vector.Length, 1));
        string weights = Add("Softmax", [Add("Transpose", [Add("MatMul", [x, "attention"])], n => n.SetAttribute("perm", [0L, 2L, 1L]))], n => n.SetAttribute("axis", -1L));
        string pooled = Add("Squeeze", [Add("MatMul", [weights, x]), "axis_1"]);
        string[] id = _network.UserIds is null ? [] : [Add("Gather", ["user_table", "user_id"])];
        string all = Add(
            "Concat",
            [pooled, .. id, Add("Gather", ["country_table", "country"]), Add("Gather", ["age_table", "age"]), Add("Gather", ["segment_table", "segment"]), "user_numbers"],
            n => n.SetAttribute("axis", 1L));
        return Add("Relu", [Gemm(all, _network.User, "user", _network.User.Bias)]);
    }

    private void Score(string hidden)
    {
        string interests = Add("Reshape", [Gemm(hidden, _network.Interests, "interests", _network.Interests.Bias), "interests_shape"]);
        string columns = Add("Transpose", [Add("Mul", [interests, "dot_scale"])], n => n.SetAttribute("perm", [0L, 2L, 1L]));
        string userSum = Gemm(hidden, _network.UserTop, "user_top", _network.UserTop.Bias);

        string item = Add("Gather", ["item_table", "items"]);
        string[] product = _network.Shape.Product ? [Add("Mul", [item, Add("Gather", [interests, "first"], n => n.SetAttribute("axis", 1L))])] : [];
        string joined = Add("Concat", [item, "item_numbers", Add("MatMul", [item, columns]), .. product], n => n.SetAttribute("axis", 2L));
        string context = Add("Concat", [Add("Gather", ["device_table", "device"]), Add("Gather", ["hour_table", "hour"])], n => n.SetAttribute("axis", 1L));
        float[] bias = [.. _network.ContextTop.Bias.Zip(_network.ItemTop.Bias, (a, b) => a + b)];
        string shared = Add("Unsqueeze", [Add("Add", [userSum, Gemm(context, _network.ContextTop, "context_top", bias)]), "axis_1"]);
        string x = Add("Relu", [Add("Add", [Product(joined, _network.ItemTop, "item_top"), shared])]);
        for (int l = 0; l < _network.Top.Count; l++)
        {
            x = Dense(x, _network.Top[l], $"top_{l}", relu: l < _network.Top.Count - 1);
        }

        Graph.Nodes.Add(new OnnxNode("Sigmoid", [Add("Squeeze", [x, "axis_2"])], ["score"]));
    }

    /// <summary>An item's category never changes, so each row of the exported table holds both embeddings.</summary>
    private float[] Items()
    {
        int width = _network.Shape.ClickWidth;
        var rows = new float[ClickWorld.Items * width];
        for (int item = 0; item < ClickWorld.Items; item++)
        {
            _network.Items.Row(item).CopyTo(rows.AsSpan(item * width));
            _network.Categories.Row(_network.ItemCategory[item]).CopyTo(rows.AsSpan(item * width + _network.Shape.ItemWidth));
        }

        return rows;
    }

    private string Dense(string x, DenseLayer layer, string name, bool relu)
    {
        Graph.Initializers.Add(OnnxTensor.Create<float>($"{name}_b", layer.Bias, layer.Outputs));
        string sum = Add("Add", [Product(x, layer, name), $"{name}_b"]);
        return relu ? Add("Relu", [sum]) : sum;
    }

    private string Product(string x, DenseLayer layer, string name)
    {
        Graph.Initializers.Add(OnnxTensor.Create<float>($"{name}_w", layer.Weights, layer.Inputs, layer.Outputs));
        string output = $"{name}_product";
        Graph.Nodes.Add(new OnnxNode("MatMul", [x, $"{name}_w"], [output], name: name));
        return output;
    }

    private string Gemm(string x, DenseLayer layer, string name, float[] bias)
    {
        Graph.Initializers.Add(OnnxTensor.Create<float>($"{name}_w", layer.Weights, layer.Inputs, layer.Outputs));
        Graph.Initializers.Add(OnnxTensor.Create<float>($"{name}_b", bias, layer.Outputs));
        string output = $"{name}_sum";
        Graph.Nodes.Add(new OnnxNode("Gemm", [x, $"{name}_w", $"{name}_b"], [output], name: name));
        return output;
    }

    private string Add(string operation, string[] inputs, Action<OnnxNode>? configure = null)
    {
        string output = $"v{Graph.Nodes.Count}";
        var node = new OnnxNode(operation, inputs, [output]);
        configure?.Invoke(node);
        Graph.Nodes.Add(node);
        return output;
    }
}
