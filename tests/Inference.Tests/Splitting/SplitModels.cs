using Inference.Onnx;
using Inference.Tests.Support;

namespace Inference.Tests.Splitting;

/// <summary>Models with a branch for the user and one for the candidates.</summary>
internal static class SplitModels
{
    public const int Width = 4;

    /// <summary>scores = sigmoid([expand(relu(user·U), N) ‖ relu(item·I)]·S), user [<paramref name="userRows"/>,4], item [N,4].</summary>
    public static OnnxModel Spread(OnnxDimension userRows)
    {
        OnnxModel model = Towers(userRows, "items");
        AddShapeOf(model, "i", "n");
        model.Graph.Initializers.Add(OnnxTensor.Create<long>("width", [Width], 1));
        Add(model, "Concat", ["n", "width"], "wide").SetAttribute("axis", 0L);
        Add(model, "Expand", ["u", "wide"], "spread");
        Add(model, "Concat", ["spread", "i"], "both").SetAttribute("axis", 1L);
        model.Graph.Initializers.Add(Weights("S", 2 * Width, 1));
        Add(model, "MatMul", ["both", "S"], "s");
        Add(model, "Sigmoid", ["s"], "scores");
        model.Graph.Outputs.Add(new("scores", OnnxType.Tensor(OnnxElementType.Float32, "items", 1)));
        return model;
    }

    /// <summary>scores = relu(user·U) · relu(item·I)ᵀ, [users,items]; the user's vector is an output too.</summary>
    public static OnnxModel Product()
    {
        OnnxModel model = Towers("users", "items");
        Add(model, "Transpose", ["i"], "t");
        Add(model, "MatMul", ["u", "t"], "scores");
        model.Graph.Outputs.Add(new("scores", OnnxType.Tensor(OnnxElementType.Float32, "users", "items")));
        model.Graph.Outputs.Add(new("u", OnnxType.Tensor(OnnxElementType.Float32, "users", Width)));
        return model;
    }

    /// <summary>scores = if flag &gt; 0 then relu(user·U) · k + relu(item·I) else relu(item·I): both towers are captured by an inner graph, and share a constant.</summary>
    public static OnnxModel Captured()
    {
        OnnxModel model = Towers("batch", "batch");
        model.Graph.Inputs.Add(new("flag", OnnxType.Tensor(OnnxElementType.Bool)));
        OnnxGraph then = new() { Name = "then" };
        then.Nodes.Add(new("Mul", ["u", "shared"], ["scaled"]));
        then.Nodes.Add(new("Add", ["scaled", "i"], ["sum"]));
        then.Outputs.Add(new("sum", OnnxType.Tensor(OnnxElementType.Float32, "batch", Width)));
        OnnxGraph otherwise = new() { Name = "else" };
        otherwise.Nodes.Add(new("Identity", ["i"], ["same"]));
        otherwise.Outputs.Add(new("same", OnnxType.Tensor(OnnxElementType.Float32, "batch", Width)));
        OnnxNode node = Add(model, "If", ["flag"], "scores");
        node.SetAttribute("then_branch", then);
        node.SetAttribute("else_branch", otherwise);
        model.Graph.Outputs.Add(new("scores", OnnxType.Tensor(OnnxElementType.Float32, "batch", Width)));
        return model;
    }

    public static OnnxModel Towers(OnnxDimension userRows, OnnxDimension itemRows)
    {
        OnnxModel model = SmallModels.Model(13);
        model.Graph.Inputs.Add(new("user", OnnxType.Tensor(OnnxElementType.Float32, userRows, Width)));
        model.Graph.Inputs.Add(new("item", OnnxType.Tensor(OnnxElementType.Float32, itemRows, Width)));
        model.Graph.Initializers.Add(Weights("U", Width, Width));
        model.Graph.Initializers.Add(Weights("I", Width, Width));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("shared", [0.5f, -1f, 2f, 0.25f], Width));
        Add(model, "MatMul", ["user", "U"], "um");
        Add(model, "Add", ["um", "shared"], "ua");
        Add(model, "Relu", ["ua"], "u");
        Add(model, "MatMul", ["item", "I"], "im");
        Add(model, "Relu", ["im"], "i");
        return model;
    }

    public static OnnxNode Add(OnnxModel model, string opType, string[] inputs, string output)
    {
        var node = new OnnxNode(opType, inputs, [output]);
        model.Graph.Nodes.Add(node);
        return node;
    }

    public static NamedValues Inputs(int users, int items)
    {
        var random = new Random(7);
        return new NamedValues { ["user"] = Rows(users), ["item"] = Rows(items) };

        TensorValue Rows(int count)
        {
            TensorValue value = TensorValue.Allocate(ElementType.Float32, [count, Width]);
            foreach (ref float element in value.AsWritableSpan<float>())
            {
                element = random.NextSingle() - 0.5f;
            }

            return value;
        }
    }

    private static void AddShapeOf(OnnxModel model, string value, string output)
    {
        Add(model, "Shape", [value], $"{value}_shape");
        model.Graph.Initializers.Add(OnnxTensor.Create<long>("first", [0], 1));
        Add(model, "Gather", [$"{value}_shape", "first"], output);
    }

    private static OnnxTensor Weights(string name, int rows, int columns)
    {
        var random = new Random(name[0]);
        float[] values = [.. Enumerable.Range(0, rows * columns).Select(i => random.NextSingle() + (name[0] / 100f) - 1f)];
        return OnnxTensor.Create<float>(name, values, rows, columns);
    }
}
