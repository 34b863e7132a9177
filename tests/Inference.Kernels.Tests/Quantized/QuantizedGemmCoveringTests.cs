using Inference.Kernels.Quantized;
using Inference.Kernels.Tests.Covering;
using Inference.Kernels.Tests.Gemm;
using Xunit.Abstractions;

namespace Inference.Kernels.Tests.Quantized;

[Covers(typeof(QuantizedGemm), "gemm_u8s8", "requantize", "dequantize_sums")]
public sealed unsafe class QuantizedGemmCoveringTests(ITestOutputHelper output)
{
    [Theory]
    [MemberData(nameof(QuantizedGemmTests.Kernels), MemberType = typeof(QuantizedGemmTests))]
    public void Run_EveryTripleOfOptions_EqualsFormulaBitForBit(string name)
    {
        GemmS32Kernel kernel = GemmS32Kernels.All.Single(k => k.Name == name);
        var space = new OptionSpace(name, 3);
        Option<int> rows = space.Add("m", 0, 1, kernel.MaxRows - 1, kernel.MaxRows, kernel.MaxRows + 1, 50, 150);
        Option<int> columns = space.Add("n", 1, kernel.Lanes - 1, kernel.Lanes, kernel.Lanes + 1, kernel.PanelColumns, kernel.PanelColumns + 1, 130);
        Option<int> depth = space.Add("k", 0, 1, 3, 4, 7, 32, 65, 700, 2050);
        Option<bool> signedA = space.Add("signed A", Choices.Either);
        Option<bool> signedB = space.Add("signed B", Choices.Either);
        Option<bool> transposed = space.Add("transB", Choices.Either);
        Option<int> padA = space.Add("lda", 0, 1, 4);
        Option<int> padY = space.Add("ldy", 0, 1, 5);
        Option<string> zeroA = space.Add("zero of A", "0", "lowest", "inside", "each row");
        Option<ZeroPoints> zeroB = space.Add("zeros of B", Enum.GetValues<ZeroPoints>());
        Option<int> threads = space.Add("threads", Choices.Threads);
        var epilogue = new EpilogueCase(space, false);
        space.Run(output, seed =>
        {
            (int m, int n, int k) = (rows.Value, columns.Value, depth.Value);
            (bool sa, bool sb, bool t) = (signedA.Value, signedB.Value, transposed.Value);
            int lda = k + padA.Value;
            int ldy = n + padY.Value;
            int size = epilogue.ElementSize;
            using NativeArray<byte> a = Fill.Bytes(m * lda, seed);
            using NativeArray<byte> b = Fill.Bytes(k * n, seed + 1);
            int[] zb = zeroB.Value.Of(sb, n);
            bool perRow = zeroA.Value == "each row";
            int za = zeroA.Value switch { "lowest" => sa ? -128 : 255, "inside" => sa ? -18 : 141, _ => 0 };
            using NativeArray<int> zr = Fill.Ints(m, seed + 2, sa ? -128 : 0, sa ? 128 : 256);
            using QuantizedMatrix packed = QuantizedMatrix.Create(b.Pointer, sb, t ? k : n, k, n, zb, t, kernel);
            using QuantizedEpilogueData data = epilogue.Create(m, n, seed);
            using NativeArray<byte> y = Fill.Bytes(m * ldy * size, seed + 3);
            byte[] old = y.Span.ToArray();
            QuantizedEpilogue e = data.Epilogue;
            QuantizedGemm.Run(a.Pointer, sa, lda, za, packed, y.Pointer, ldy, m, in e, threads.Value, perRow ? zr.Pointer : null);
            var da = new double[m * k];
            for (int i = 0; i < da.Length; i++)
            {
                byte raw = a[(i / k * lda) + (i % k)];
                da[i] = (sa ? (sbyte)raw : raw) - (perRow ? zr[i / k] : za);
            }

            var db = new double[k * n];
            for (int i = 0; i < db.Length; i++)
            {
                byte raw = b[t ? (i % n * k) + (i / n) : i];
                db[i] = (sb ? (sbyte)raw : raw) - (zb.Length == 0 ? 0 : zb[zb.Length == 1 ? 0 : i % n]);
            }

            double[] sums = GemmReference.Product(da, db, m, n, k);
            for (int i = 0; i < m; i++)
            {
                for (int j = 0; j < n; j++)
                {
                    data.Check(sums[(i * n) + j], i, j, y.Pointer + (((i * ldy) + j) * size));
                }

                Assert.True(old.AsSpan(((i * ldy) + n) * size, (ldy - n) * size).SequenceEqual(y.Span.Slice(((i * ldy) + n) * size, (ldy - n) * size)), "between rows");
            }

            y.AssertIntact();
        });
    }

    [Fact]
    public void Store_EveryPairOfOptions_EqualsFormula()
    {
        // Blocks of rows and columns as drivers hand them over, at every width of accumulators.
        var space = new OptionSpace("quantized store", 3);
        Option<IsaTier> limit = space.Add("tier", Choices.Tiers);
        Option<int> counts = space.Add("rows", 0, 1, 2, 3, 4, 5, 48);
        Option<int> columns = space.Add("columns", 1, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 48, 63, 64, 100, 1025);
        Option<int> room = space.Add("room", 0, 1, 16);
        Option<int> padY = space.Add("ldy", 0, 1, 70);
        Option<int> first = space.Add("first row", 0, 2);
        Option<int> firstColumn = space.Add("first column", 0, 3);
        var epilogue = new EpilogueCase(space, false);
        space.Run(output, seed =>
        {
            (int count, int n) = (counts.Value, columns.Value);
            int width = room.Value == 16 ? (n + 15) / 16 * 16 : n + room.Value;
            (int m0, int n0) = (first.Value, firstColumn.Value);
            int ldy = n0 + n + padY.Value;
            int size = epilogue.ElementSize;
            using NativeArray<int> sums = Fill.Ints(count * width, seed, -70000, 70000);
            using QuantizedEpilogueData data = epilogue.Create(m0 + count, n0 + n, seed);
            using NativeArray<byte> y = Fill.Bytes((m0 + count) * ldy * size, seed + 1);
            byte[] old = y.Span.ToArray();
            QuantizedEpilogue e = data.Epilogue;
            QuantizedStore.Run(in e, sums.Pointer, width, y.Pointer, ldy, m0, count, n0, n, limit.Value);
            for (int i = 0; i < (m0 + count) * ldy; i++)
            {
                int r = (i / ldy) - m0;
                int c = (i % ldy) - n0;
                if (r < 0 || c < 0 || c >= n)
                {
                    Assert.True(old.AsSpan(i * size, size).SequenceEqual(y.Span.Slice(i * size, size)), $"beyond the block at row {r}, column {c}");
                }
                else
                {
                    // The bias is in the sums by now.
                    data.Check(sums[(r * width) + c] - (data.UsesBias ? data.Bias[n0 + c] : 0), m0 + r, n0 + c, y.Pointer + (i * size));
                }
            }

            y.AssertIntact();
        });
    }
}
