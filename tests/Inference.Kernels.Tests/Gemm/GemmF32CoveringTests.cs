using Inference.Kernels.Gemm;
using Inference.Kernels.Tests.Covering;
using Xunit.Abstractions;

namespace Inference.Kernels.Tests.Gemm;

[Covers(typeof(GemmF32), "gemm_f32", "dot_f32", "pack_transposed_f32")]
public sealed unsafe class GemmF32CoveringTests(ITestOutputHelper output)
{
    [Theory]
    [MemberData(nameof(GemmF32Tests.Kernels), MemberType = typeof(GemmF32Tests))]
    public void RunPacked_EveryPairOfOptions_EqualsFormula(string name)
    {
        GemmF32Kernel kernel = GemmF32Kernels.All.Single(k => k.Name == name);
        var space = new OptionSpace($"{name} packed", 3);
        Option<int> rows = space.Add("m", 0, 1, 2, kernel.MaxRows, kernel.MaxRows + 1, 13, 50, 200);
        Option<int> columns = space.Add("n", 1, 4, 5, kernel.Lanes - 1, kernel.Lanes, kernel.Lanes + 1, kernel.PanelColumns + 1, 130);
        Option<int> depth = space.Add("k", 0, 1, 3, 64, 513, 1301);
        Option<bool> transposed = space.Add("transB", Choices.Either);
        Option<float> alpha = space.Add("alpha", 1f, -0.5f);
        Option<int> padA = space.Add("lda", 0, 1, 3);
        Option<int> threads = space.Add("threads", Choices.Threads);
        var check = new GemmCase(space, Choices.Activations);
        space.Run(output, seed =>
        {
            (int m, int n, int k) = (rows.Value, columns.Value, depth.Value);
            bool t = transposed.Value;
            int lda = k + padA.Value;
            using NativeArray<float> a = Fill.Floats(m * lda, seed);
            using NativeArray<float> b = Fill.Floats(k * n, seed + 1);
            using PackedMatrix packed = PackedMatrix.Create(b.Pointer, t ? k : n, k, n, t, alpha.Value, kernel);
            double[] da = GemmReference.Dense(a.Span, lda, m, k, false);
            double[] db = [.. GemmReference.Dense(b.Span, t ? k : n, k, n, t).Select(x => alpha.Value * x)];
            check.Check(
                m, n, k, seed, GemmReference.Product(da, db, m, n, k), GemmReference.Product(da, db, m, n, k, true),
                (float* c, int ldc, in GemmEpilogue e) => GemmF32.Run(a.Pointer, lda, packed, c, ldc, m, in e, threads.Value));
        });
    }

    [Theory]
    [MemberData(nameof(GemmF32Tests.Kernels), MemberType = typeof(GemmF32Tests))]
    public void RunUnpacked_EveryPairOfOptions_EqualsFormula(string name)
    {
        GemmF32Kernel kernel = GemmF32Kernels.All.Single(k => k.Name == name);
        var space = new OptionSpace($"{name} unpacked", 3);
        Option<int> rows = space.Add("m", 1, 4, 5, 12, 13, 50);
        Option<int> columns = space.Add("n", 1, 4, 5, 12, 13, kernel.Lanes, kernel.PanelColumns + 1, 130);
        Option<int> depth = space.Add("k", 0, 1, 5, 127, 128, 700);
        Option<bool> transA = space.Add("transA", Choices.Either);
        Option<bool> transB = space.Add("transB", Choices.Either);
        Option<float> alpha = space.Add("alpha", 1f, -0.5f);
        Option<int> padA = space.Add("lda", 0, 1, 3);
        Option<int> padB = space.Add("ldb", 0, 1, 3);
        Option<int> threads = space.Add("threads", Choices.Threads);
        var check = new GemmCase(space, Choices.FewActivations);
        space.Run(output, seed =>
        {
            (int m, int n, int k) = (rows.Value, columns.Value, depth.Value);
            (bool ta, bool tb) = (transA.Value, transB.Value);
            int lda = (ta ? m : k) + padA.Value;
            int ldb = (tb ? k : n) + padB.Value;
            using NativeArray<float> a = Fill.Floats((ta ? k : m) * lda, seed);
            using NativeArray<float> b = Fill.Floats((tb ? n : k) * ldb, seed + 1);
            double[] da = [.. GemmReference.Dense(a.Span, lda, m, k, ta).Select(x => alpha.Value * x)];
            double[] db = GemmReference.Dense(b.Span, ldb, k, n, tb);
            check.Check(
                m, n, k, seed, GemmReference.Product(da, db, m, n, k), GemmReference.Product(da, db, m, n, k, true),
                (float* c, int ldc, in GemmEpilogue e) =>
                    GemmF32Unpacked.Run(kernel, a.Pointer, lda, ta, b.Pointer, ldb, tb, c, ldc, m, n, k, alpha.Value, in e, threads.Value));
        });
    }

    [Fact]
    public void RunBatched_EveryPairOfOptions_EqualsFormula()
    {
        var space = new OptionSpace("gemm_f32 batched");
        Option<int> batches = space.Add("batch", 0, 1, 2, 5);
        Option<int> rows = space.Add("m", 1, 5, 40);
        Option<int> columns = space.Add("n", 1, 4, 21, 65);
        Option<int> depth = space.Add("k", 1, 9, 130);
        Option<bool> transA = space.Add("transA", Choices.Either);
        Option<bool> transB = space.Add("transB", Choices.Either);
        Option<bool> sharedA = space.Add("shared A", Choices.Either);
        Option<bool> sharedB = space.Add("shared B", Choices.Either);
        Option<float> alpha = space.Add("alpha", 1f, -0.5f);
        Option<bool> useBias = space.Add("bias", Choices.Either);
        Option<bool> accumulate = space.Add("accumulate", Choices.Either);
        Option<Kernels.Elementwise.Activation> activation = space.Add("activation", Choices.FewActivations);
        Option<int> gap = space.Add("gap of C", 0, 3);
        Option<int> threads = space.Add("threads", Choices.Threads);
        space.Run(output, seed =>
        {
            (int batch, int m, int n, int k) = (batches.Value, rows.Value, columns.Value, depth.Value);
            (bool ta, bool tb) = (transA.Value, transB.Value);
            int strideA = sharedA.Value ? 0 : m * k;
            int strideB = sharedB.Value ? 0 : k * n;
            int strideC = (m * n) + gap.Value;
            using NativeArray<float> a = Fill.Floats(m * k * Math.Max(1, batch), seed);
            using NativeArray<float> b = Fill.Floats(k * n * Math.Max(1, batch), seed + 1);
            using NativeArray<float> bias = Fill.Floats(n, seed + 2);
            using NativeArray<float> c = Fill.Floats(batch * strideC, seed + 3);
            float[] old = c.Span.ToArray();
            var epilogue = new GemmEpilogue { Bias = useBias.Value ? bias.Pointer : null, Accumulate = accumulate.Value, Activation = activation.Value };
            GemmF32.RunBatched(
                batch, a.Pointer, ta ? m : k, strideA, ta, b.Pointer, tb ? k : n, strideB, tb, c.Pointer, n, strideC, m, n, k, alpha.Value, in epilogue, threads.Value);
            for (int i = 0; i < batch; i++)
            {
                double[] want = GemmReference.Product(
                    GemmReference.Dense(a.Span[(i * strideA)..], ta ? m : k, m, k, ta), GemmReference.Dense(b.Span[(i * strideB)..], tb ? k : n, k, n, tb), m, n, k);
                for (int e = 0; e < strideC; e++)
                {
                    int at = (i * strideC) + e;
                    double y = e >= m * n ? old[at] : GemmReference.Activate(
                        activation.Value, (alpha.Value * want[e]) + (useBias.Value ? bias[e % n] : 0) + (accumulate.Value ? old[at] : 0));
                    Assert.Equal(y, c[at], 2e-5);
                }
            }

            c.AssertIntact();
        });
    }

    [Fact]
    public void DotVariants_EveryPairOfOptions_EqualFormula()
    {
        var space = new OptionSpace("dot_f32", 3);
        Option<DotF32Kernel> kernels = space.Add("kernel", [.. DotF32Kernels.All.Where(k => k.Supported)]);
        Option<string> body = space.Add("body", "one", "four", "two by four", "two by two");
        Option<int> depth = space.Add("k", 0, 1, 3, 4, 7, 8, 15, 16, 17, 33, 64, 129);
        Option<int> padX = space.Add("ldx", 0, 1);
        Option<int> padW = space.Add("ldw", 0, 1, 5);
        Option<int> offset = space.Add("offset", 0, 1);
        space.Run(output, seed =>
        {
            (int rows, int columns) = body.Value switch { "one" => (1, 1), "four" => (1, 4), "two by four" => (2, 4), _ => (2, 2) };
            int k = depth.Value;
            int ldx = k + padX.Value;
            int ldw = k + padW.Value;
            using NativeArray<float> x = Fill.Floats(rows * ldx, seed, offset: offset.Value);
            using NativeArray<float> w = Fill.Floats(columns * ldw, seed + 1, offset: offset.Value);
            using var sums = new NativeArray<float>(rows * columns);
            DotF32Kernel kernel = kernels.Value;
            switch (body.Value)
            {
                case "one":
                    kernel.One(x.Pointer, w.Pointer, ldw, k, sums.Pointer);
                    break;
                case "four":
                    kernel.Four(x.Pointer, w.Pointer, ldw, k, sums.Pointer);
                    break;
                case "two by four":
                    kernel.TwoByFour(x.Pointer, ldx, w.Pointer, ldw, k, sums.Pointer);
                    break;
                default:
                    kernel.TwoByTwo(x.Pointer, ldx, w.Pointer, ldw, k, sums.Pointer);
                    break;
            }

            for (int i = 0; i < rows * columns; i++)
            {
                double want = Enumerable.Range(0, k).Sum(e => (double)x[(i / columns * ldx) + e] * w[(i % columns * ldw) + e]);
                Assert.Equal(want, sums[i], 1e-6 * (k + 4));
            }

            sums.AssertIntact();
        });
    }
}
