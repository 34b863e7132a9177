using Inference.Onnx;
using Inference.Optimization.Graphs;

namespace Inference.Optimization.Running;

/// <summary>Makes inner float values of a model visible as outputs.</summary>
internal static class Observation
{
    /// <summary>A copy of the model whose outputs are the given values alone.</summary>
    public static OnnxModel Of(OnnxModel model, IEnumerable<string> values)
    {
        OnnxModel copy = GraphCopy.Copy(model);
        copy.Graph.Outputs.Clear();
        foreach (string value in values.Distinct(StringComparer.Ordinal))
        {
            copy.Graph.Outputs.Add(new OnnxValueInfo(value, OnnxType.Tensor(OnnxElementType.Float32)));
        }

        new GraphEditor(copy).RemoveUnused();
        return copy;
    }

    /// <summary>The model input that a value is, if it is one: runners refuse a graph whose output is an input.</summary>
    public static bool IsInput(OnnxModel model, string value) => model.Graph.Inputs.Exists(i => i.Name == value);
}
