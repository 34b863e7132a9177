using Inference.Onnx;

namespace Inference.Tests.Support;

/// <summary>Models of a few nodes, made in code.</summary>
internal static class SmallModels
{
    /// <summary>y[batch,2] = relu(x[batch,3] × W + b).</summary>
    public static byte[] Dense()
    {
        OnnxModel model = Model(13);
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("W", [1f, 2f, 3f, 4f, 5f, 6f], 3, 2));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("b", [0.5f, -100f], 2));
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, "batch", 3)));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, "batch", 2)));
        model.Graph.Nodes.Add(new("MatMul", ["x", "W"], ["m"]));
        model.Graph.Nodes.Add(new("Add", ["m", "b"], ["a"]));
        model.Graph.Nodes.Add(new("Relu", ["a"], ["y"]));
        return model.ToArray();
    }

    /// <summary>One node from inputs to an output y.</summary>
    public static OnnxModel Node(string opType, long opset, OnnxValueInfo[] inputs, OnnxType output, params OnnxAttribute[] attributes)
    {
        OnnxModel model = Model(opset);
        model.Graph.Inputs.AddRange(inputs);
        model.Graph.Outputs.Add(new("y", output));
        var node = new OnnxNode(opType, [.. inputs.Select(i => i.Name)], ["y"]);
        node.Attributes.AddRange(attributes);
        model.Graph.Nodes.Add(node);
        return model;
    }

    public static OnnxModel Model(long opset)
    {
        var model = new OnnxModel { IrVersion = 8, ProducerName = "tests" };
        model.Graph.Name = "small";
        model.OperatorSets.Add(new("", opset));
        return model;
    }
}
