using Inference.Kernels.Elementwise;
using Inference.Kernels.Gemm;
using Inference.Kernels.LowRank;
using Inference.Kernels.Quantized;
using Inference.Kernels.Tests.Covering;
using Inference.Kernels.Tests.Gemm;
using Inference.Kernels.Tests.Quantized;
using Xunit.Abstractions;

namespace Inference.Kernels.Tests.LowRank;

[Covers(typeof(LowRankF32))]
[Covers(typeof(LowRankInt8))]
public sealed unsafe class LowRankCoveringTests(ITestOutputHelper output)
{
    [Fact]
    public void F32_EveryPairOfOptions_EqualsFormula()
    {
        var space = new OptionSpace("low rank f32");
        Option<int> rows = space.Add("m", 0, 1, 3, 47, 48, 49, 200);
        Option<int> depth = space.Add("k", 1, 40, 130);
        Option<int> ranks = space.Add("rank", 1, 4, 16, 33);
        Option<int> columns = space.Add("n", 1, 4, 33, 100);
        Option<int> padX = space.Add("ldx", 0, 3);
        Option<int> threads = space.Add("threads", Choices.Threads);
        var check = new GemmCase(space, Choices.FewActivations);
        space.Run(output, seed =>
        {
            (int m, int k, int rank, int n) = (rows.Value, depth.Value, ranks.Value, columns.Value);
            int ldx = k + padX.Value;
            using NativeArray<float> x = Fill.Floats(m * ldx, seed);
            using NativeArray<float> u = Fill.Floats(k * rank, seed + 1);
            using NativeArray<float> v = Fill.Floats(rank * n, seed + 2);
            using PackedMatrix pu = PackedMatrix.Create(u.Span, k, rank);
            using PackedMatrix pv = PackedMatrix.Create(v.Span, rank, n);
            double[] Form(bool magnitudes) => GemmReference.Product(
                GemmReference.Product(GemmReference.Dense(x.Span, ldx, m, k, false), GemmReference.Dense(u.Span, rank, k, rank, false), m, rank, k, magnitudes),
                GemmReference.Dense(v.Span, n, rank, n, false), m, n, rank, magnitudes);
            check.Check(
                m, n, k + rank, seed, Form(false), Form(true),
                (float* c, int ldc, in GemmEpilogue e) => LowRankF32.Run(x.Pointer, ldx, pu, pv, c, ldc, m, in e, threads.Value));
        });
    }

    [Fact]
    public void Int8_EveryPairOfOptions_EqualsFormula()
    {
        var space = new OptionSpace("low rank int8");
        Option<int> rows = space.Add("m", 0, 1, 3, 47, 48, 49, 150);
        Option<int> depth = space.Add("k", 1, 48, 130);
        Option<int> ranks = space.Add("rank", 1, 4, 20);
        Option<int> columns = space.Add("n", 1, 37, 100);
        Option<bool> signedU = space.Add("signed U", Choices.Either);
        Option<bool> signedV = space.Add("signed V", Choices.Either);
        Option<ZeroPoints> zerosU = space.Add("zeros of U", Enum.GetValues<ZeroPoints>());
        Option<ZeroPoints> zerosV = space.Add("zeros of V", Enum.GetValues<ZeroPoints>());
        Option<bool> useBias = space.Add("bias", Choices.Either);
        Option<Activation> activation = space.Add("activation", Choices.FewActivations);
        Option<int> padX = space.Add("ldx", 0, 3);
        Option<int> padY = space.Add("ldy", 0, 2);
        Option<int> threads = space.Add("threads", Choices.Threads);
        space.Run(output, seed =>
        {
            (int m, int k, int rank, int n) = (rows.Value, depth.Value, ranks.Value, columns.Value);
            int ldx = k + padX.Value;
            int ldy = n + padY.Value;
            using NativeArray<float> x = Fill.Floats(m * ldx, seed);
            using NativeArray<byte> u = Fill.Bytes(k * rank, seed + 1);
            using NativeArray<byte> v = Fill.Bytes(rank * n, seed + 2);
            int[] zu = zerosU.Value.Of(signedU.Value, rank);
            int[] zv = zerosV.Value.Of(signedV.Value, n);
            using NativeArray<float> su = Fill.Floats(rank, seed + 3, 0.0005f, 0.001f);
            using NativeArray<float> sv = Fill.Floats(n, seed + 4, 0.0005f, 0.001f);
            using NativeArray<float> bias = Fill.Floats(n, seed + 5);
            using QuantizedMatrix pu = QuantizedMatrix.Create(u.Pointer, signedU.Value, rank, k, rank, zu);
            using QuantizedMatrix pv = QuantizedMatrix.Create(v.Pointer, signedV.Value, n, rank, n, zv);
            using NativeArray<float> y = Fill.Floats(m * ldy, seed + 6);
            float[] old = y.Span.ToArray();
            LowRankInt8.Run(
                x.Pointer, ldx, pu, su.Pointer, pv, sv.Pointer, useBias.Value ? bias.Pointer : null, activation.Value, y.Pointer, ldy, m, threads.Value);
            for (int i = 0; i < m; i++)
            {
                float[] middle = Product(x.Span.Slice(i * ldx, k), u.Span, signedU.Value, zu, su.Span, []);
                float[] last = Product(middle, v.Span, signedV.Value, zv, sv.Span, useBias.Value ? bias.Span : []);
                for (int j = 0; j < ldy; j++)
                {
                    double want = j < n ? GemmReference.Activate(activation.Value, last[j]) : old[(i * ldy) + j];
                    Assert.Equal(want, y[(i * ldy) + j], 1e-6);
                }
            }

            y.AssertIntact();
        });
    }

    // One row: quantized to u8 by its own range, multiplied exactly, scaled back.
    private static float[] Product(ReadOnlySpan<float> x, ReadOnlySpan<byte> w, bool signed, int[] zeros, ReadOnlySpan<float> scales, ReadOnlySpan<float> bias)
    {
        float low = 0f;
        float high = 0f;
        foreach (float v in x)
        {
            low = Math.Min(low, v);
            high = Math.Max(high, v);
        }

        float scale = high == low ? 1f : (high - low) / 255f;
        int zero = (int)MathF.Round(Math.Clamp(-low / scale, 0f, 255f));
        var y = new float[scales.Length];
        for (int j = 0; j < y.Length; j++)
        {
            int sum = 0;
            for (int p = 0; p < x.Length; p++)
            {
                int code = (int)MathF.Round(Math.Clamp(x[p] / scale, -zero, 255 - zero));
                byte raw = w[(p * y.Length) + j];
                sum += code * ((signed ? (sbyte)raw : raw) - (zeros.Length == 0 ? 0 : zeros[zeros.Length == 1 ? 0 : j]));
            }

            y[j] = (sum * (scales[j] * scale)) + (bias.IsEmpty ? 0f : bias[j]);
        }

        return y;
    }
}
