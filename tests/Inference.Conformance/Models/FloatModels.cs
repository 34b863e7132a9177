using Inference.Onnx;

namespace Inference.Conformance.Models;

/// <summary>Float models, from one operator to small nets.</summary>
internal static class FloatModels
{
    private const double FloatTolerance = 2e-5;
    private const int Inner = 8;
    private const int Outer = 5;
    private const int Wide = 512;
    private const int LongSteps = 400;

    public static IReadOnlyList<ConformanceModel> All { get; } =
    [
        Row("matmul", () => Graph("matmul").Constant<float>("w", Weights(Inner * Outer), Inner, Outer).Node("MatMul", "x w", "y").ToModel(), static x => Product(x, Weights(Inner * Outer), Outer)),
        Row("gemm", static () => Graph("gemm")
            .Constant<float>("w", Weights(Outer * Inner), Outer, Inner).Constant<float>("c", Weights(Outer), Outer)
            .Node("Gemm", "x w c", "y", OnnxAttribute.FromFloat("alpha", 0.5f), OnnxAttribute.FromFloat("beta", 2f), OnnxAttribute.FromInt("transB", 1)).ToModel(), Gemm),
        Row("matmul_chain", static () => Graph("matmul_chain")
            .Constant<float>("w", Weights(Inner * Inner), Inner, Inner).Constant<float>("v", Weights(Inner * Outer), Inner, Outer)
            .Node("MatMul", "x w", "h").Node("MatMul", "h v", "y").ToModel(), static x => Product(Product(x, Weights(Inner * Inner), Inner), Weights(Inner * Outer), Outer)),
        Row("relu_mlp", static () => Graph("relu_mlp")
            .Constant<float>("w", Weights(Inner * Inner), Inner, Inner).Constant<float>("b", Weights(Inner), Inner).Constant<float>("v", Weights(Inner * Outer), Inner, Outer)
            .Node("MatMul", "x w", "p").Node("Add", "p b", "q").Node("Relu", "q", "h").Node("MatMul", "h v", "y").ToModel(), ReluMlp),
        AddBroadcast(),
    ];

    /// <summary>x · w repeated.</summary>
    public static ConformanceModel LongProducts { get; } = new("long_products", LongModel, static (seed, _) => [Tensors.Uniform(seed, Wide, Wide)], static _ => throw new NotSupportedException("To be cancelled, not compared."));

    /// <summary>a · b with sizes that are free.</summary>
    public static ConformanceModel MatMulMismatch { get; } = new(
        "matmul_mismatch",
        static () => new ModelWriter("matmul_mismatch").Input("a", ElementType.Float32, "n", "k").Input("b", ElementType.Float32, "l", "m").Output("y", ElementType.Float32, "n", "m").Node("MatMul", "a b", "y").ToModel(),
        static (seed, rows) => [Tensors.Uniform(seed, rows, 3), Tensors.Uniform(seed + 1, 3, 4)],
        static inputs => [Product((TensorValue)inputs[0], ((TensorValue)inputs[1]).AsSpan<float>().ToArray(), 4)])
    {
        Tolerance = FloatTolerance,
        HasDynamicRows = true,
    };

    private static ConformanceModel Row(string name, Func<OnnxModel> model, Func<TensorValue, TensorValue> expected) =>
        new(name, model, static (seed, rows) => [Tensors.Uniform(seed, rows, Inner)], inputs => [expected((TensorValue)inputs[0])])
        {
            Tolerance = FloatTolerance,
            HasDynamicRows = true,
        };

    private static ModelWriter Graph(string name) => new ModelWriter(name).Input("x", ElementType.Float32, "n", Inner).Output("y", ElementType.Float32, "n", Outer);

    private static ConformanceModel AddBroadcast() => new(
        "add_broadcast",
        static () => new ModelWriter("add_broadcast").Input("a", ElementType.Float32, "n", 1, 3).Input("b", ElementType.Float32, 4, 1).Output("y", ElementType.Float32, "n", 4, 3).Node("Add", "a b", "y").ToModel(),
        static (seed, rows) => [Tensors.Uniform(seed, rows, 1, 3), Tensors.Uniform(seed + 1, 4, 1)],
        static inputs =>
        {
            float[] a = ((TensorValue)inputs[0]).AsSpan<float>().ToArray();
            float[] b = ((TensorValue)inputs[1]).AsSpan<float>().ToArray();
            int rows = a.Length / 3;
            return [Tensors.Fill([rows, 4, 3], index => a[(index / 12 * 3) + (index % 3)] + b[index / 3 % 4])];
        })
    {
        HasDynamicRows = true,
    };

    private static OnnxModel LongModel()
    {
        ModelWriter writer = new ModelWriter("long_products").Input("x", ElementType.Float32, Wide, Wide).Output("y", ElementType.Float32, Wide, Wide)
            .Constant<float>("w", Weights(Wide * Wide), Wide, Wide);
        for (int i = 0; i < LongSteps; i++)
        {
            writer.Node("MatMul", $"{(i == 0 ? "x" : $"h{i}")} w", i == LongSteps - 1 ? "y" : $"h{i + 1}");
        }

        return writer.ToModel();
    }

    private static float[] Weights(int count) => Tensors.Values(count, seed: count);

    /// <summary>[N,K] × [K,M] → [N,M], summed in double.</summary>
    private static TensorValue Product(TensorValue x, float[] w, int columns)
    {
        float[] a = x.AsSpan<float>().ToArray();
        int inner = w.Length / columns;
        return Tensors.Fill([x.Shape[0], columns], index =>
        {
            double sum = 0;
            for (int k = 0; k < inner; k++)
            {
                sum += (double)a[(index / columns * inner) + k] * w[(k * columns) + (index % columns)];
            }

            return (float)sum;
        });
    }

    private static TensorValue Gemm(TensorValue x)
    {
        float[] a = x.AsSpan<float>().ToArray();
        float[] w = Weights(Outer * Inner);
        float[] c = Weights(Outer);
        return Tensors.Fill([x.Shape[0], Outer], index =>
        {
            double sum = 0;
            for (int k = 0; k < Inner; k++)
            {
                sum += (double)a[(index / Outer * Inner) + k] * w[(index % Outer * Inner) + k];
            }

            return (float)((0.5 * sum) + (2.0 * c[index % Outer]));
        });
    }

    private static TensorValue ReluMlp(TensorValue x)
    {
        float[] bias = Weights(Inner);
        using TensorValue product = Product(x, Weights(Inner * Inner), Inner);
        float[] sums = product.AsSpan<float>().ToArray();
        using TensorValue hidden = Tensors.Fill(product.Shape, index => Math.Max(0, sums[index] + bias[index % Inner]));
        return Product(hidden, Weights(Inner * Outer), Outer);
    }
}
