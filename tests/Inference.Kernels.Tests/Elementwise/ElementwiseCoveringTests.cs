using Inference.Kernels.Elementwise;
using Inference.Kernels.Tests.Covering;
using Xunit.Abstractions;

namespace Inference.Kernels.Tests.Elementwise;

[Covers(typeof(Unary), "unary_f32")]
[Covers(typeof(Activations))]
[Covers(typeof(Binary), "binary_f32")]
public sealed unsafe class ElementwiseCoveringTests(ITestOutputHelper output)
{
    private static readonly int[] Counts = [0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33, 100];

    [Fact]
    public void Unary_EveryTripleOfOptions_EqualsScalarBits()
    {
        var space = new OptionSpace("unary_f32", 3);
        Option<UnaryFunction> kind = space.Add("kind", [.. UnaryFunctions.All]);
        Option<string> body = space.Add("body", "Avx512", "Avx2", "AdvSimd", "Scalar", "best", "span");
        Option<int> count = space.Add("count", Counts);
        Option<bool> inPlace = space.Add("in place", Choices.Either);
        Option<(float Alpha, float Beta)> parameters = space.Add("parameters", (0.25f, 0.75f), (-1.5f, 2f));
        Option<int> offset = space.Add("offset", 0, 1, 3);
        space.Run(output, seed =>
        {
            (int n, float alpha, float beta) = (count.Value, parameters.Value.Alpha, parameters.Value.Beta);
            UnaryFunction kernel = kind.Value;
            using NativeArray<float> x = Fill.Floats(n, seed, -12f, 12f, offset.Value);
            using var other = new NativeArray<float>(n, offset.Value);
            using var want = new NativeArray<float>(n);
            kernel.Variants[^1].Body(x.Pointer, want.Pointer, n, alpha, beta);
            NativeArray<float> y = inPlace.Value ? x : other;
            switch (body.Value)
            {
                case "best":
                    Unary.Run(kind.Value, x.Pointer, y.Pointer, n, alpha, beta);
                    break;
                case "span":
                    Unary.Run(kind.Value, x.Span, y.Span, alpha, beta);
                    break;
                default:
                    UnaryFunction.Variant variant = kernel.Variants.Single(v => v.Tier.ToString() == body.Value);
                    (variant.Supported ? variant : kernel.Variants[^1]).Body(x.Pointer, y.Pointer, n, alpha, beta);
                    break;
            }

            Assert.Equal(want.Span.ToArray().Select(BitConverter.SingleToInt32Bits), y.Span.ToArray().Select(BitConverter.SingleToInt32Bits));
            x.AssertIntact();
            y.AssertIntact();
        });
    }

    [Fact]
    public void Activations_EveryTripleOfOptions_EqualsFormula()
    {
        var space = new OptionSpace("activations", 3);
        Option<Activation> activation = space.Add("activation", Choices.Activations);
        Option<int> count = space.Add("count", Counts);
        Option<bool> inPlace = space.Add("in place", Choices.Either);
        Option<int> offset = space.Add("offset", 0, 1);
        space.Run(output, seed =>
        {
            int n = count.Value;
            Activation f = activation.Value;
            using NativeArray<float> x = Fill.Floats(n, seed, -6f, 6f, offset.Value);
            using var other = new NativeArray<float>(n);
            float[] old = x.Span.ToArray();
            NativeArray<float> y = inPlace.Value ? x : other;
            Activations.Apply(in f, x.Pointer, y.Pointer, n);
            for (int i = 0; i < n; i++)
            {
                Assert.Equal(Gemm.GemmReference.Activate(f, old[i]), y[i], 2e-6);
            }

            y.AssertIntact();
        });
    }

    [Fact]
    public void Binary_EveryTripleOfOptions_EqualsFormula()
    {
        var space = new OptionSpace("binary_f32", 3);
        Option<BinaryKind> kind = space.Add("kind", Enum.GetValues<BinaryKind>());
        Option<string> body = space.Add("body", "Avx512", "Avx2", "AdvSimd", "Scalar", "best");
        Option<int> count = space.Add("count", Counts);
        Option<string> mode = space.Add("operands", "both", "scalar left", "scalar right", "row", "column");
        Option<string> result = space.Add("result", "apart", "A", "B");
        Option<float> constant = space.Add("constant", 0.7f, 2f, 3f, 1f, 0.5f, -1f);
        Option<int> offset = space.Add("offset", 0, 1);
        space.Forbid(mode, m => m is "row" or "column", body, b => b != "best");
        // A result that is the scalar, or the row that all rows share, has no meaning.
        space.Forbid(mode, m => m is "row" or "column", result, r => r == "B");
        space.Run(output, seed =>
        {
            const int Rows = 3;
            int n = count.Value;
            bool byRows = mode.Value is "row" or "column";
            int total = byRows ? Rows * n : n;
            float low = kind.Value == BinaryKind.Pow ? 0.1f : -2f;
            float value = low > 0 ? Math.Abs(constant.Value) : constant.Value;
            using NativeArray<float> a = Fill.Floats(Math.Max(1, total), seed, low, 2f, offset.Value);
            using NativeArray<float> b = Fill.Floats(Math.Max(Rows, n), seed + 1, -2f, 2f, offset.Value);
            using var apart = new NativeArray<float>(total);
            (mode.Value == "scalar left" ? a : b).Span[0] = value;
            float[] av = a.Span.ToArray();
            float[] bv = b.Span.ToArray();
            float* y = result.Value switch { "A" => a.Pointer, "B" => b.Pointer, _ => apart.Pointer };
            BinaryKernel kernel = BinaryKernels.All[(int)kind.Value];
            BinaryKernel.Variant[] chosen = [.. kernel.Variants.Where(v => v.Supported && v.Tier.ToString() == body.Value)];
            BinaryKernel.Variant variant = chosen.Length > 0 ? chosen[0] : kernel.Variants[^1];
            switch (mode.Value)
            {
                case "row":
                    Binary.RunRows(kind.Value, a.Pointer, b.Pointer, y, Rows, n);
                    break;
                case "column":
                    Binary.RunColumns(kind.Value, a.Pointer, b.Pointer, y, Rows, n);
                    break;
                case "both" when body.Value == "best":
                    Binary.Run(kind.Value, a.Pointer, b.Pointer, y, n);
                    break;
                case "scalar left" when body.Value == "best":
                    Binary.RunScalarLeft(kind.Value, value, b.Pointer, y, n);
                    break;
                case "scalar right" when body.Value == "best":
                    Binary.RunScalarRight(kind.Value, a.Pointer, value, y, n);
                    break;
                default:
                    variant.Body(a.Pointer, b.Pointer, y, n, mode.Value == "both" ? 0 : mode.Value == "scalar left" ? 1 : 2);
                    break;
            }

            for (int i = 0; i < total; i++)
            {
                float p = av[mode.Value == "scalar left" ? 0 : i];
                float q = bv[mode.Value switch { "scalar right" => 0, "row" => i % n, "column" => i / n, _ => i }];
                Assert.Equal(BinaryTests.Exact(kind.Value, p, q), y[i]);
            }

            a.AssertIntact();
            b.AssertIntact();
            apart.AssertIntact();
        });
    }
}
