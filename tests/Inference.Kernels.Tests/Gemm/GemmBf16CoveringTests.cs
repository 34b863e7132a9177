using Inference.Kernels.Gemm;
using Inference.Kernels.Tests.Covering;
using Xunit.Abstractions;

namespace Inference.Kernels.Tests.Gemm;

[Covers(typeof(GemmBf16), "gemm_bf16")]
public sealed unsafe class GemmBf16CoveringTests(ITestOutputHelper output)
{
    [Theory]
    [MemberData(nameof(GemmBf16Tests.Kernels), MemberType = typeof(GemmBf16Tests))]
    public void RunPacked_EveryPairOfOptions_EqualsFormulaOfRoundedOperands(string name)
    {
        GemmF32Kernel kernel = GemmBf16Kernels.All.Single(k => k.Name == name);
        var space = new OptionSpace($"{name} packed", 3);
        Option<int> rows = space.Add("m", 0, 1, 2, 5, 6, 7, 13, 50, 200);
        Option<int> columns = space.Add("n", 1, 4, 5, 9, 15, 16, 17, 48, 65, 130);
        Option<int> depth = space.Add("k", 0, 1, 2, 3, 64, 131, 513, 1301);
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
            double[] da = [.. GemmReference.Dense(a.Span, lda, m, k, false).Select(x => Bf16Reference.Round((float)x))];
            double[] db = [.. GemmReference.Dense(b.Span, t ? k : n, k, n, t).Select(x => Bf16Reference.Round(alpha.Value * (float)x))];
            check.Check(
                m, n, k, seed, GemmReference.Product(da, db, m, n, k), GemmReference.Product(da, db, m, n, k, true),
                (float* c, int ldc, in GemmEpilogue e) => GemmF32.Run(a.Pointer, lda, packed, c, ldc, m, in e, threads.Value), roundings: 2);
        });
    }
}
