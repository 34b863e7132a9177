using Inference.Onnx;
using Inference.Optimization.Graphs;

namespace Inference.Optimization.Running;

/// <summary>Exposes inner float values of a model as outputs.</summary>
internal static class Observation
{
    /// <summary>Copies the model with only the given values as outputs.</summary>
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

    /// <summary>Whether a value is a model input: runners reject a graph whose output is an input.</summary>
    public static bool IsInput(OnnxModel model, string value) => model.Graph.Inputs.Exists(i => i.Name == value);
}
