using Inference.Onnx;

namespace Inference.OnnxRuntime.Tests.Differential;

/// <summary>Small graphs of float tensors: several operators, values used more than once, several outputs.</summary>
internal static class RandomGraphs
{
    private static readonly string[] s_unary = ["Relu", "Sigmoid", "Tanh", "Abs", "Neg", "Exp", "Softplus", "HardSwish", "Erf", "Identity", "Floor"];
    private static readonly string[] s_binary = ["Add", "Sub", "Mul", "Max", "Min"];

    public static DifferentialCase Make(CaseRandom random)
    {
        var made = new DifferentialCase("graph", 18) { Relative = 1e-4, Absolute = 1e-4 };
        long rows = random.Positive(), columns = random.Positive();
        var values = new List<(string Name, long Rows, long Columns)>
        {
            (made.Value(random.Tensor(ElementType.Float32, [rows, columns]), false), rows, columns),
            (made.Value(random.Tensor(ElementType.Float32, [rows, columns]), random.Chance(0.4)), rows, columns),
        };
        int nodes = random.Int(2, 4 + (random.Size / 3));
        for (int i = 0; i < nodes; i++)
        {
            values.Add(AddNode(made, random, values, $"v{i}"));
        }

        foreach ((string name, long _, long _) in values.Skip(2).Where(value => value.Name == values[^1].Name || random.Chance(0.2)).ToArray())
        {
            made.Output(name, ElementType.Float32);
        }

        return made;
    }

    private static (string Name, long Rows, long Columns) AddNode(DifferentialCase made, CaseRandom random, List<(string Name, long Rows, long Columns)> values, string output)
    {
        (string x, long rows, long columns) = values[random.Int(Math.Max(0, values.Count - 4), values.Count - 1)];
        switch (random.Int(0, 7))
        {
            case 0:
                return Add(made, "Transpose", [x], output, columns, rows, OnnxAttribute.FromInts("perm", 1, 0));
            case 1:
                long width = random.Int(1, 9);
                return Add(made, "MatMul", [x, made.Value(random.Floats([columns, width], -0.3f, 0.3f), true)], output, rows, width);
            case 2:
                return Add(made, "Softmax", [x], output, rows, columns, OnnxAttribute.FromInt("axis", random.Int(-2, 1)));
            case 3:
                return Add(made, "ReduceMean", [x, made.Value(CaseRandom.Ints(1), true)], output, rows, 1);
            case 4:
                return Add(made, "Concat", [x, x], output, rows, 2 * columns, OnnxAttribute.FromInt("axis", 1));
            case 5:
                (string Name, long Rows, long Columns)[] partners = [.. values.Where(v => v.Rows == rows && (v.Columns == columns || v.Columns == 1 || columns == 1))];
                (string partner, long _, long other) = random.Pick<(string, long, long)>(partners);
                return Add(made, random.Pick<string>(s_binary), [x, partner], output, rows, Math.Max(columns, other));
            case 6:
                return Add(made, "Add", [x, made.Value(random.Floats([columns], -1, 1), true)], output, rows, columns);
            default:
                // Exp and Mul repeated would leave the range in which both agree.
                return Add(made, random.Pick<string>(s_unary), [Bounded(made, x, output)], output, rows, columns);
        }
    }

    private static string Bounded(DifferentialCase made, string x, string output)
    {
        made.Graph.Nodes.Add(new OnnxNode("Tanh", [x], [$"{output}_in"], name: $"{output}_bound"));
        return $"{output}_in";
    }

    private static (string Name, long Rows, long Columns) Add(DifferentialCase made, string op, string[] inputs, string output, long rows, long columns, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        var node = new OnnxNode(op, inputs, [output], name: $"{op}_{output}");
        foreach (OnnxAttribute attribute in attributes)
        {
            node.SetAttribute(attribute);
        }

        made.Graph.Nodes.Add(node);
        return (output, rows, columns);
    }
}
