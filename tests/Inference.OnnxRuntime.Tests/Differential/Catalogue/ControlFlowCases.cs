using Inference.Onnx;
using static Inference.OnnxRuntime.Tests.Differential.Catalogue.SequenceCases;

namespace Inference.OnnxRuntime.Tests.Differential.Catalogue;

/// <summary>If, Loop and Scan: captured values, no iterations, early ends, states that grow, sequences carried, graphs within graphs.</summary>
internal static class ControlFlowCases
{
    public static IEnumerable<OperatorCases> All =>
    [
        new("If", If),
        new("Loop", Loop),
        new("Scan", static random => random.Chance(0.25) ? BatchedScan(random) : Scan(random)),
    ];

    private static OperatorBuilder If(CaseRandom random)
    {
        OperatorBuilder builder = new(random, "If");
        builder.In(TensorValue.Copy([random.Chance(0.5)], random.Chance(0.3) ? [1] : []));
        ElementType type = random.Pick(ElementType.Float32, ElementType.Float32, ElementType.Float64, ElementType.Int64);
        builder.Value(random.Tensor(type, random.FullShape(1, 3)), name: "a");
        builder.Value(random.Tensor(type, []), name: "b");
        bool sequences = random.Chance(0.2);
        int outputs = random.Int(1, 3);
        foreach (string branch in new[] { "then_branch", "else_branch" })
        {
            var graph = new InnerGraph(branch);
            for (int i = 0; i < outputs; i++)
            {
                Branch(random, graph, type, $"{branch}_{i}", random.Chance(0.2) ? 1 : 0);
                if (sequences)
                {
                    graph.Node("SequenceConstruct", string.Join(' ', Enumerable.Repeat($"{branch}_{i}", random.Int(1, 3))), $"{branch}_s{i}");
                }

                _ = sequences ? graph.Out($"{branch}_s{i}", Sequence(type)) : graph.Out($"{branch}_{i}", type);
            }

            builder.With(OnnxAttribute.FromGraph(branch, graph.Graph));
        }

        for (int i = 0; i < outputs; i++)
        {
            _ = sequences ? builder.Out(Sequence(type)) : builder.Out(type);
        }

        return builder;
    }

    // What a branch gives: from values of the outer graph, a constant of its own, or an If within.
    private static void Branch(CaseRandom random, InnerGraph graph, ElementType type, string output, int depth)
    {
        if (depth > 0)
        {
            graph.Constant($"{output}_c", CaseRandom.Scalar(random.Chance(0.5)));
            var inner = new InnerGraph($"{output}_inner");
            Branch(random, inner, type, $"{output}_t", 0);
            var other = new InnerGraph($"{output}_other");
            Branch(random, other, type, $"{output}_e", 0);
            graph.Node("If", $"{output}_c", output, OnnxAttribute.FromGraph("then_branch", inner.Out($"{output}_t", type).Graph), OnnxAttribute.FromGraph("else_branch", other.Out($"{output}_e", type).Graph));
            return;
        }

        switch (random.Int(0, 5))
        {
            case 0:
                graph.Node("Add", "a b", output);
                break;
            case 1:
                graph.Node("Concat", "a a", output, OnnxAttribute.FromInt("axis", 0));
                break;
            case 2:
                graph.Node("Identity", random.Pick("a", "b"), output);
                break;
            case 3:
                graph.Constant(output, random.Tensor(type, random.Shape(0, 2)));
                break;
            case 4:
                graph.Constant($"{output}_k", random.Tensor(type, [])).Node("Mul", $"a {output}_k", $"{output}_m").Node("Sub", $"{output}_m b", output);
                break;
            default:
                graph.Node("Neg", "b", output);
                break;
        }
    }

    private static OperatorBuilder Loop(CaseRandom random)
    {
        OperatorBuilder builder = new(random, "Loop");
        int trips = random.Pick(0, 1, 2, 3, 5, 9);
        bool counted = random.Chance(0.75);
        bool asked = !counted || random.Chance(0.5);
        bool go = random.Chance(0.85);
        bool none = (counted && trips == 0) || (asked && !go);
        bool scalar = !asked || random.Chance(0.7);
        _ = counted ? builder.In(TensorValue.Copy([(long)trips], random.Chance(0.2) ? [1] : [])) : builder.Skip();
        _ = asked ? builder.In(TensorValue.Copy([go], scalar ? [] : [1])) : builder.Skip();
        InnerGraph body = new InnerGraph("body").In("i", OnnxType.Tensor(OnnxElementType.Int64, new OnnxShape()));
        _ = scalar ? body.In("go", OnnxType.Tensor(OnnxElementType.Bool, new OnnxShape())) : body.In("go", ElementType.Bool);
        builder.Value(CaseRandom.Scalar((long)random.Int(0, 6)), name: "limit");
        ElementType type = random.Pick(ElementType.Float32, ElementType.Float32, ElementType.Int32, ElementType.Float64);
        long[] shape = random.FullShape(1, 2);
        builder.Value(random.Tensor(type, shape), name: "step");
        var states = new List<(string Name, OnnxType Type)>();

        // The end comes from a comparison, or from what came in; without a count the comparison must end it.
        if (!counted || random.Chance(0.5))
        {
            body.Node("Less", "i limit", "go_on");
        }
        else
        {
            body.Node("Identity", "go", "go_on");
        }

        for (int kind = 0; kind < 4; kind++)
        {
            if (!random.Chance(kind == 0 ? 0.8 : 0.5))
            {
                continue;
            }

            string name = $"s{kind}";
            switch (kind)
            {
                case 0:
                    builder.In(random.Tensor(type, shape));
                    body.In(name, type).Node("Add", $"{name} step", $"{name}_out");
                    states.Add(($"{name}_out", Tensor(type)));
                    break;
                case 1:
                    // A state that grows by a row each time.
                    builder.In(random.Tensor(type, [random.Int(0, 2), .. shape]), false);
                    body.In(name, type).Constant("first", CaseRandom.Ints(0)).Node("Unsqueeze", "step first", "row").Node("Concat", $"{name} row", $"{name}_out", OnnxAttribute.FromInt("axis", 0));
                    states.Add(($"{name}_out", Tensor(type)));
                    break;
                case 2:
                    builder.In(Filled(random, type), Sequence(type));
                    body.In(name, Sequence(type)).Node("SequenceInsert", $"{name} step", $"{name}_out");
                    states.Add(($"{name}_out", Sequence(type)));
                    break;
                default:
                    // Hands on what the state was before.
                    builder.In(random.Tensor(ElementType.Int64, []), false);
                    body.In(name, OnnxType.Tensor(OnnxElementType.Int64, new OnnxShape())).Node("Mul", $"{name} i", $"{name}_m").Node("Sub", $"{name}_m limit", $"{name}_out");
                    states.Add(($"{name}_out", Tensor(ElementType.Int64)));
                    break;
            }
        }

        body.Out("go_on", ElementType.Bool);
        if (states.Count == 0 || random.Chance(0.7))
        {
            bool own = body.Graph.Inputs.Any(static input => input.Name == "s0") && random.Chance(0.5);
            _ = own ? body.Node("Neg", "s0_out", "scan") : body.Node("Cast", "i", "number", OnnxAttribute.FromInt("to", (long)type)).Node("Mul", "step number", "scan");

            // What an iteration would give is not known where there was none, unless the file states it.
            states.Add(("scan", none || random.Chance(0.3) ? OnnxType.Tensor((OnnxElementType)(int)type, [.. shape.Select(static d => (OnnxDimension)d)]) : Tensor(type)));
        }

        foreach ((string name, OnnxType stated) in states)
        {
            body.Out(name, stated);
            builder.Out(name == "scan" ? Tensor(type) : stated);
        }

        return builder.With(OnnxAttribute.FromGraph("body", body.Graph)).Tolerance(1e-4, 1e-4);
    }

    private static OperatorBuilder Scan(CaseRandom random)
    {
        OperatorBuilder builder = new(random, "Scan");
        ElementType type = random.Pick(ElementType.Float32, ElementType.Float32, ElementType.Float64, ElementType.Int32);
        (long steps, long width, long height) = (random.Int(1, 6), random.Int(1, 5), random.Int(1, 3));
        int states = random.Int(0, 2), inputs = random.Int(1, 2), outputs = random.Int(states == 0 ? 1 : 0, 2);
        builder.Value(random.Tensor(type, [width]), name: "outer");
        var body = new InnerGraph("body");
        for (int i = 0; i < states; i++)
        {
            builder.In(random.Tensor(type, [height, width]));
            body.In($"s{i}", type, height, width);
        }

        var axes = new long[inputs];
        for (int i = 0; i < inputs; i++)
        {

            int axis = random.Int(0, 2);
            long[] shape = [height, width];
            builder.In(random.Tensor(type, [.. shape[..axis], steps, .. shape[axis..]]), false);
            axes[i] = random.Chance(0.3) ? axis - 3 : axis;
            body.In($"x{i}", type, height, width);
        }

        string last = "x0";
        if (inputs == 2)
        {
            body.Node("Sub", "x0 x1", "both");
            last = "both";
        }

        for (int i = 0; i < states; i++)
        {
            body.Node(random.Pick("Add", "Sub", "Max"), $"s{i} {last}", $"s{i}_out").Out($"s{i}_out", type);
            last = $"s{i}_out";
        }

        for (int i = 0; i < outputs; i++)
        {
            _ = random.Chance(0.5) ? body.Node("Mul", $"{last} outer", $"y{i}")
                : body.Node("ReduceSum", last, $"y{i}", OnnxAttribute.FromInt("keepdims", 1)).Node("Identity", last, $"unused{i}");
            body.Out($"y{i}", type);
        }

        builder.Attr("num_scan_inputs", inputs).With(OnnxAttribute.FromGraph("body", body.Graph));
        _ = axes.Any(static axis => axis != 0) || random.Chance(0.3) ? builder.Attr("scan_input_axes", axes) : builder;
        _ = random.Chance(0.4) ? builder.Attr("scan_input_directions", [.. axes.Select(_ => (long)random.Int(0, 1))]) : builder;
        _ = outputs > 0 && random.Chance(0.4) ? builder.Attr("scan_output_axes", [.. Enumerable.Range(0, outputs).Select(_ => (long)random.Int(-3, 2))]) : builder;
        _ = outputs > 0 && random.Chance(0.4) ? builder.Attr("scan_output_directions", [.. Enumerable.Range(0, outputs).Select(_ => (long)random.Int(0, 1))]) : builder;
        for (int i = 0; i < states + outputs; i++)
        {
            builder.Out(type);
        }

        return builder.Tolerance(1e-4, 1e-4);
    }

    // Opset 8: a batch in front, and lengths for each of its rows.
    private static OperatorBuilder BatchedScan(CaseRandom random)
    {
        OperatorBuilder builder = new(random, "Scan", 8);
        ElementType type = random.Pick(ElementType.Float32, ElementType.Float64);
        (long batch, long steps, long width) = (random.Int(1, 3), random.Int(1, 5), random.Int(1, 4));
        _ = random.Chance(0.5) ? builder.In(random.Ints([batch], 1, (int)steps), false) : builder.Skip();
        builder.In(random.Tensor(type, [batch, width]), false).In(random.Tensor(type, [batch, steps, width]), false);
        OnnxGraph body = new InnerGraph("body").In("s", type, width).In("x", type, width).Node("Add", "s x", "next").Node("Mul", "next x", "y").Out("next", type).Out("y", type).Graph;
        _ = random.Chance(0.4) ? builder.Attr("directions", [(long)random.Int(0, 1)]) : builder;
        return builder.Attr("num_scan_inputs", 1).With(OnnxAttribute.FromGraph("body", body)).Tolerance(1e-4, 1e-4).Out(type).Out(type);
    }
}
