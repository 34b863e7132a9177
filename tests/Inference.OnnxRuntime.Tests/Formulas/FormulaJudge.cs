using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Inference.Conformance.Graphs;
using Inference.Onnx;
using Inference.OnnxRuntime.Tests.Differential;
using Inference.OnnxRuntime.Tests.Support;
using Inference.TestSupport;

namespace Inference.OnnxRuntime.Tests.Formulas;

/// <summary>Asks the formulas of <c>judge.py</c> what cases of one node give.</summary>
internal static class FormulaJudge
{
    /// <summary>The system's Python with NumPy.</summary>
    public static SystemPython Python { get; } = new("numpy");

    /// <summary>Answers cases.</summary>
    /// <param name="cases">Of one node each.</param>
    /// <returns>For each case its outputs, null for those that the formula leaves open; or null where it does not cover the case.</returns>
    public static IReadOnlyList<(double[] Values, long[] Shape)?[]?> Answer(IReadOnlyList<DifferentialCase> cases)
    {
        using var folder = new TemporaryFolder();
        string given = Path.Combine(folder.Path, "cases.json"), answered = Path.Combine(folder.Path, "results.json");
        File.WriteAllText(given, new JsonArray([.. cases.Select(Write)]).ToJsonString());
        Python.Run(Path.Combine(TestData.RepositoryRoot!, "tests", "Inference.OnnxRuntime.Tests", "Formulas", "judge.py"), given, answered);
        return [.. JsonNode.Parse(File.ReadAllText(answered))!.AsArray().Select(static answer => Read(answer!["outputs"]))];
    }

    private static (double[] Values, long[] Shape)?[]? Read(JsonNode? outputs) => outputs is null ? null :
    [
        .. outputs.AsArray().Select(static y => y is null
            ? ((double[], long[])?)null
            : (MemoryMarshal.Cast<byte, double>(Convert.FromBase64String((string)y["data"]!)).ToArray(), [.. y["shape"]!.AsArray().Select(static d => (long)d!)])),
    ];

    private static JsonObject Write(DifferentialCase made)
    {
        OnnxNode node = made.Graph.Nodes.Single();
        var attributes = new JsonObject();
        foreach (OnnxAttribute attribute in node.Attributes)
        {
            attributes[attribute.Name] = attribute.Kind switch
            {
                OnnxAttributeKind.Int => attribute.Int,
                OnnxAttributeKind.Float => attribute.Float,
                OnnxAttributeKind.String => attribute.String,
                OnnxAttributeKind.Ints => new JsonArray([.. attribute.Ints.ToArray().Select(static x => (JsonNode)x)]),
                OnnxAttributeKind.Floats => new JsonArray([.. attribute.Floats.ToArray().Select(static x => (JsonNode)x)]),
                _ => throw new NotSupportedException($"{node.OpType}: attribute '{attribute.Name}' is of a kind that formulas are not given."),
            };
        }

        return new JsonObject
        {
            ["operator"] = node.OpType,
            ["domain"] = node.Domain,
            ["opset"] = made.Opset,
            ["attributes"] = attributes,
            ["inputs"] = new JsonArray([.. node.Inputs.Select(name => name.Length == 0 ? null : Write(made, name))]),
            ["outputs"] = node.Outputs.Count,
        };
    }

    private static JsonObject Write(DifferentialCase made, string name)
    {
        TensorValue value = made.Graph.Initializers.FirstOrDefault(tensor => tensor.Name == name) is { } constant ? ModelValues.FromOnnx(constant) : (TensorValue)made.Inputs.GetValue(name);
        byte[] bytes = value.ElementType switch
        {
            ElementType.BFloat16 => MemoryMarshal.AsBytes<double>(TensorAssert.Doubles(value)).ToArray(),
            ElementType.Int4 or ElementType.UInt4 => Array.ConvertAll(TensorAssert.Doubles(value), static x => unchecked((byte)(int)x)),
            _ => value.AsBytes().ToArray(),
        };
        return new JsonObject
        {
            ["dtype"] = value.ElementType == ElementType.BFloat16 ? "float64" : value.ElementType.Name(),
            ["shape"] = new JsonArray([.. value.Shape.ToArray().Select(static d => (JsonNode)d)]),
            ["data"] = Convert.ToBase64String(bytes),
        };
    }
}
