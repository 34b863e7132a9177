using Inference.Onnx;

namespace Inference.Rows.Generation;

/// <summary>Graphs inside nodes.</summary>
internal static class InnerGraphs
{
    /// <summary>One operator of an outer value.</summary>
    public static OnnxGraph Of(string outer, string type)
    {
        var graph = new OnnxGraph { Name = type };
        graph.Nodes.Add(new OnnxNode(type, [outer], ["result"]));
        graph.Outputs.Add(new("result", OnnxType.Tensor(OnnxElementType.Float32)));
        return graph;
    }

    /// <summary>A loop's body that adds its carried value's sine to it.</summary>
    public static OnnxGraph Body()
    {
        var graph = new OnnxGraph { Name = "body" };
        graph.Inputs.Add(new("trip", OnnxType.Tensor(OnnxElementType.Int64, [])));
        graph.Inputs.Add(new("go", OnnxType.Tensor(OnnxElementType.Bool, [])));
        graph.Inputs.Add(new("carried", OnnxType.Tensor(OnnxElementType.Float32)));
        graph.Nodes.Add(new OnnxNode("Identity", ["go"], ["again"]));
        graph.Nodes.Add(new OnnxNode("Sin", ["carried"], ["sine"]));
        graph.Nodes.Add(new OnnxNode("Add", ["carried", "sine"], ["next"]));
        graph.Outputs.Add(new("again", OnnxType.Tensor(OnnxElementType.Bool)));
        graph.Outputs.Add(new("next", OnnxType.Tensor(OnnxElementType.Float32)));
        return graph;
    }
}
