using Inference.Onnx;

namespace Inference.Scanning;

/// <summary>The rules that every load enforces.</summary>
internal static class LoadRules
{
    /// <summary>Checks a file.</summary>
    /// <exception cref="ModelLoadException">A rule is broken.</exception>
    /// <exception cref="OnnxFormatException">A tensor cannot be read.</exception>
    public static void Require(OnnxModel file, ModelLimits limits, OperatorTable table)
    {
        var findings = new FindingList(stops: true);
        TensorRules.Check(file, findings);
        GraphRules.Check(file, limits, table, findings);
    }

    /// <summary>Checks a graph after shape inference.</summary>
    /// <exception cref="ModelLoadException">A rule is broken.</exception>
    public static void Require(ModelGraph graph, ModelLimits limits) => ShapeRules.Check(graph, fileBytes: 0, limits, new FindingList(stops: true));
}
