using Inference.Kernels.Gemm;
using Inference.Kernels.Simd;
using Inference.Kernels.Tests.Covering;
using Xunit.Abstractions;

namespace Inference.Kernels.Tests.Gemm;

[Covers(typeof(RowLanes), "products_f32_lanes")]
public sealed unsafe class LaneProductsCoveringTests(ITestOutputHelper output)
{
    [Fact]
    public void Body_EveryTripleOfOptions_EqualsFormula()
    {
        var space = new OptionSpace("products of rows in lanes", 3);
        Option<IsaTier> limit = space.Add("tier", Choices.Tiers);
        Option<int> rows = space.Add("rows", 1, 15, 16, 17, 33, 48, 63, 64);
        Option<int> depth = space.Add("k", 0, 1, 3, 20, 130);
        Option<int> count = space.Add("n", 1, 2, 3, 8);
        Option<int> pad = space.Add("ldx", 0, 3);
        Option<bool> squares = space.Add("squares", Choices.Either);
        Option<bool> biased = space.Add("bias", Choices.Either);
        space.Run(output, seed =>
        {
            (int m, int k, int n, int ldx) = (rows.Value, depth.Value, count.Value, depth.Value + pad.Value);
            nint width = RowLanes.Width(m);
            using NativeArray<float> x = Fill.Floats(m * ldx, seed);
            using NativeArray<float> w = Fill.Floats(n * k, seed + 1);
            using NativeArray<float> bias = Fill.Floats(n, seed + 2);
            using var beside = new NativeArray<float>(k * width);
            using var sums = new NativeArray<float>(n * width);
            using var y = new NativeArray<float>(m * n);
            RowLanes.Load(x.Pointer, ldx, m, k, beside.Pointer, width);
            var job = new LaneProductsBody.Job
            {
                X = beside.Pointer, W = w.Pointer, Ldw = k, K = k, Width = width, To = sums.Pointer, Bias = biased.Value ? bias.Pointer : null, Alpha = 0.5f, Squares = squares.Value,
            };
            LaneProductsBody.Kernel.Within(limit.Value)(&job, 0, n);
            RowLanes.Store(sums.Pointer, width, y.Pointer, n, m, n);
            for (int i = 0; i < m; i++)
            {
                for (int e = 0; e < n; e++)
                {
                    float want = 0;
                    for (int t = 0; t < k; t++)
                    {
                        float difference = x[(i * ldx) + t] - w[(e * k) + t];
                        float square = difference * difference;
                        want = squares.Value ? want + square : MathF.FusedMultiplyAdd(x[(i * ldx) + t], w[(e * k) + t], want);
                    }

                    want = squares.Value ? want : (want * 0.5f) + (biased.Value ? bias[e] : 0f);
                    Assert.Equal(want, y[(i * n) + e]);
                }
            }

            beside.AssertIntact();
            sums.AssertIntact();
            y.AssertIntact();
        });
    }

    [Fact]
    public void Product_ShortRows_EveryPairOfOptions_EqualsFormula()
    {
        var space = new OptionSpace("product of short rows");
        Option<int> rows = space.Add("m", 15, 16, 63, 64, 65, 200, 1000);
        Option<int> depth = space.Add("k", 1, 4, 8, 63, 127);
        Option<int> count = space.Add("n", 1, 2, 3, 12);
        Option<int> threads = space.Add("threads", Choices.Threads);
        var check = new GemmCase(space, Choices.FewActivations);
        space.Run(output, seed =>
        {
            (int m, int k, int n) = (rows.Value, depth.Value, count.Value);
            using NativeArray<float> a = Fill.Floats(m * k, seed);
            using NativeArray<float> b = Fill.Floats(n * k, seed + 1);
            double[] da = GemmReference.Dense(a.Span, k, m, k, false);
            double[] db = GemmReference.Dense(b.Span, k, k, n, true);
            check.Check(
                m, n, k, seed, GemmReference.Product(da, db, m, n, k), GemmReference.Product(da, db, m, n, k, true),
                (float* c, int ldc, in GemmEpilogue e) => GemmF32.Run(a.Pointer, k, false, b.Pointer, k, true, c, ldc, m, n, k, 1f, in e, threads.Value));
        });
    }
}
