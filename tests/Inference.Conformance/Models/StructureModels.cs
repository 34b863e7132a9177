using Inference.Onnx;

namespace Inference.Conformance.Models;

/// <summary>Several outputs, scalars, shapes that depend on values, control flow, sequences.</summary>
internal static class StructureModels
{
    public static IReadOnlyList<ConformanceModel> All { get; } = [Scalar(), Split(), NonZero(), If(), Sequence(), PassThrough(), ConstantOutputs()];

    /// <summary>Rows of a table of 4 by index; an index of 4 or more fails.</summary>
    public static ConformanceModel GatherOutOfRange { get; } = new(
        "gather",
        static () => new ModelWriter("gather").Input("i", ElementType.Int64, "n").Output("y", ElementType.Float32, "n", 2)
            .Constant<float>("table", [0, 1, 2, 3, 4, 5, 6, 7], 4, 2).Node("Gather", "table i", "y").ToModel(),
        static (seed, rows) => [TensorValue.Copy(Enumerable.Range(0, rows).Select(i => (long)((i + seed) & 3)).ToArray(), [rows])],
        static inputs =>
        {
            long[] rows = ((TensorValue)inputs[0]).AsSpan<long>().ToArray();
            return [Tensors.Fill([rows.Length, 2], index => (rows[index / 2] * 2) + (index % 2))];
        })
    {
        HasDynamicRows = true,
    };

    private static ConformanceModel Scalar() => new(
        "mul_scalar",
        static () => new ModelWriter("mul_scalar").Input("x", ElementType.Float32).Input("s", ElementType.Float32).Output("y", ElementType.Float32).Node("Mul", "x s", "y").ToModel(),
        static (seed, _) => [Tensors.Uniform(seed), Tensors.Uniform(seed + 1)],
        static inputs => [Tensors.Fill([], _ => ((TensorValue)inputs[0]).AsSpan<float>()[0] * ((TensorValue)inputs[1]).AsSpan<float>()[0])]);

    private static ConformanceModel Split() => new(
        "split_two_outputs",
        static () => new ModelWriter("split_two_outputs").Input("x", ElementType.Float32, "n", 5).Output("left", ElementType.Float32, "n", 2).Output("right", ElementType.Float32, "n", 3)
            .Constant<long>("sizes", [2, 3], 2).Node("Split", "x sizes", "left right", OnnxAttribute.FromInt("axis", 1)).ToModel(),
        static (seed, rows) => [Tensors.Uniform(seed, rows, 5)],
        static inputs =>
        {
            float[] x = ((TensorValue)inputs[0]).AsSpan<float>().ToArray();
            int rows = x.Length / 5;
            return [Tensors.Fill([rows, 2], index => x[(index / 2 * 5) + (index % 2)]), Tensors.Fill([rows, 3], index => x[(index / 3 * 5) + 2 + (index % 3)])];
        })
    {
        HasDynamicRows = true,
    };

    private static ConformanceModel NonZero() => new(
        "nonzero",
        static () => new ModelWriter("nonzero").Input("x", ElementType.Int64, "n").Output("y", ElementType.Int64, 1, "count").Node("NonZero", "x", "y").ToModel(),
        static (seed, rows) =>
        {
            var random = new Random(seed);
            return [TensorValue.Copy(Enumerable.Range(0, rows).Select(_ => (long)random.Next(2)).ToArray(), [rows])];
        },
        static inputs =>
        {
            long[] x = ((TensorValue)inputs[0]).AsSpan<long>().ToArray();
            long[] found = [.. Enumerable.Range(0, x.Length).Where(i => x[i] != 0).Select(static i => (long)i)];
            return [TensorValue.Copy(found, [1, found.Length])];
        })
    {
        HasDynamicRows = true,
        HasDataDependentShape = true,
    };

    private static ConformanceModel If() => new(
        "if",
        static () => new ModelWriter("if").Input("c", ElementType.Bool).Input("x", ElementType.Float32, "n").Output("y", ElementType.Float32, "n")
            .Node("If", "c", "y", OnnxAttribute.FromGraph("then_branch", Branch("then", "Neg")), OnnxAttribute.FromGraph("else_branch", Branch("else", "Abs"))).ToModel(),
        static (seed, rows) => [TensorValue.Copy([(seed & 1) == 0], []), Tensors.Uniform(seed, rows)],
        static inputs =>
        {
            bool negate = ((TensorValue)inputs[0]).AsSpan<bool>()[0];
            float[] x = ((TensorValue)inputs[1]).AsSpan<float>().ToArray();
            return [Tensors.Fill([x.Length], index => negate ? -x[index] : Math.Abs(x[index]))];
        })
    {
        HasDynamicRows = true,
    };

    private static OnnxGraph Branch(string name, string opType)
    {
        var graph = new OnnxGraph { Name = name };
        graph.Nodes.Add(new OnnxNode(opType, ["x"], [$"{name}_y"], name: $"{name}_{opType}"));
        graph.Outputs.Add(new OnnxValueInfo($"{name}_y", OnnxType.Tensor(OnnxElementType.Float32, "n")));
        return graph;
    }

    private static ConformanceModel Sequence() => new(
        "sequence_output",
        static () => new ModelWriter("sequence_output").Input("a", ElementType.Float32, "n").Input("b", ElementType.Float32, 2, 2)
            .Output("y", OnnxType.Sequence(OnnxType.Tensor(OnnxElementType.Float32))).Node("SequenceConstruct", "a b a", "y").ToModel(),
        static (seed, rows) => [Tensors.Uniform(seed, rows), Tensors.Uniform(seed + 1, 2, 2)],
        static inputs => [new SequenceValue([inputs[0].Retain(), inputs[1].Retain(), inputs[0].Retain()])])
    {
        HasDynamicRows = true,
    };

    private static ConformanceModel PassThrough() => new(
        "input_as_output",
        static () => new ModelWriter("input_as_output").Input("x", ElementType.Float32, "n").Output("x", ElementType.Float32, "n").Output("y", ElementType.Float32, "n").Node("Neg", "x", "y").ToModel(),
        static (seed, rows) => [Tensors.Uniform(seed, rows)],
        static inputs =>
        {
            float[] x = ((TensorValue)inputs[0]).AsSpan<float>().ToArray();
            return [inputs[0].Retain(), Tensors.Fill([x.Length], index => -x[index])];
        })
    {
        HasDynamicRows = true,
    };

    private static ConformanceModel ConstantOutputs() => new(
        "constant_outputs",
        static () => new ModelWriter("constant_outputs").Input("x", ElementType.Float32, "n")
            .Output("k", ElementType.Float32, 2).Output("folded", ElementType.Float32, 2).Output("same", ElementType.Float32, 2).Output("y", ElementType.Float32, "n")
            .Constant<float>("k", [3, -4], 2).Node("Neg", "k", "folded").Node("Identity", "k", "same").Node("Neg", "x", "y").ToModel(),
        static (seed, rows) => [Tensors.Uniform(seed, rows)],
        static inputs =>
        {
            float[] x = ((TensorValue)inputs[0]).AsSpan<float>().ToArray();
            return [TensorValue.Copy([3f, -4f], [2]), TensorValue.Copy([-3f, 4f], [2]), TensorValue.Copy([3f, -4f], [2]), Tensors.Fill([x.Length], index => -x[index])];
        });
}
