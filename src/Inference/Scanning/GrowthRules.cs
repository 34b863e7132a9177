using Inference.Onnx;

namespace Inference.Scanning;

/// <summary>Rules for nodes that make much of little by constant parameters, whatever the sizes of their inputs: Tile, Resize, Upsample, Pad, and chains that join a value with itself.</summary>
[Pattern("Concat", "StringConcat", "Tile", "Resize", "Upsample", "Pad", "Identity", "Reshape", "Cast", "Relu", "Add", "Mul")]
internal static class GrowthRules
{
    // A factor that no picture or sequence is enlarged by.
    private const double Much = 1 << 16;

    public static void Check(List<OnnxNode> nodes, ConstantScope constants, ModelLimits limits, FindingList findings)
    {
        // How much larger a value is than the largest input it is made of.
        var growth = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (OnnxNode node in nodes)
        {
            if (node.Domain is not ("" or "ai.onnx") || node.Outputs.Count == 0)
            {
                continue;
            }

            double own = Factor(node, constants);
            double factor = node.OpType switch
            {
                // What is joined several times counts as often.
                "Concat" or "StringConcat" => node.Inputs.Distinct(StringComparer.Ordinal).Count() < node.Inputs.Count || node.Inputs.Exists(growth.ContainsKey)
                    ? node.Inputs.GroupBy(static i => i, StringComparer.Ordinal).Max(g => g.Count() * growth.GetValueOrDefault(g.Key, 1)) : 1,
                "Tile" or "Resize" or "Upsample" or "Pad" or "Identity" or "Reshape" or "Cast" or "Relu"
                    => own * (node.Inputs.Count > 0 ? growth.GetValueOrDefault(node.Inputs[0], 1) : 1),
                "Add" or "Mul" => node.Inputs.Count > 0 ? node.Inputs.Max(i => growth.GetValueOrDefault(i, 1)) : 1,
                _ => 1,
            };
            if (factor <= 1)
            {
                continue;
            }

            growth[node.Outputs[0]] = factor;
            string where = $"node '{node.Name}' ({node.OpType})";
            if (factor > limits.MaxGrowth)
            {
                findings.Fatal("expansion", where, $"expected its input to be enlarged at most {limits.MaxGrowth} times by constant parameters and the nodes before it ({nameof(ModelLimits.MaxGrowth)}), got {factor:0.##E+0} times.");
                growth.Remove(node.Outputs[0]);
            }
            else if (factor > Much && own > 1)
            {
                findings.Warn("expansion", where, $"expected its input to be enlarged at most {Much} times by constant parameters and the nodes before it, got {factor:0} times.");
            }
        }
    }

    private static double Factor(OnnxNode node, ConstantScope constants)
    {
        switch (node.OpType)
        {
            case "Tile":
                return Product(Constant(1)?.Select(static r => (double)r));
            case "Resize" or "Upsample":
                return Product(node.Attribute("scales")?.Floats.Select(static s => (double)s) ?? Constant(node.OpType == "Resize" && node.Inputs.Count > 2 ? 2 : 1)?.Select(static s => (double)s));
            case "Pad":
                long[]? pads = node.Attribute("pads")?.Ints ?? Constant(1);

                // Beside an input of size 1: with more, the factor is smaller.
                return pads is null ? 1 : Product(Enumerable.Range(0, pads.Length / 2).Select(i => 1 + Math.Max(0d, pads[i]) / Small + Math.Max(0d, pads[i + pads.Length / 2]) / Small));
            default:
                return 1;
        }

        long[]? Constant(int input) => input < node.Inputs.Count ? constants.Integers(node.Inputs[input]) : null;
    }

    // Images and sequences that are padded have some dozens of elements along an axis; one of one element is padded a little.
    private const double Small = 32;

    private static double Product(IEnumerable<double>? factors)
    {
        double product = 1;
        foreach (double factor in factors ?? [])
        {
            product *= Math.Max(factor, 1);
        }

        return product;
    }
}
