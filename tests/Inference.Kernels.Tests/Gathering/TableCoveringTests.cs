using Inference.Kernels.BlockQuantized;
using Inference.Kernels.Conversion;
using Inference.Kernels.Gathering;
using Inference.Kernels.Gemm;
using Inference.Kernels.Tests.Covering;
using Inference.Kernels.Tests.Gemm;
using Xunit.Abstractions;

namespace Inference.Kernels.Tests.Gathering;

[Covers(typeof(GatherRows))]
[Covers(typeof(FloatConversion))]
[Covers(typeof(BlockQuantizedGemm), "dot_f32_blocks", "dequantize_blocks")]
public sealed unsafe class TableCoveringTests(ITestOutputHelper output)
{
    [Fact]
    public void Gather_EveryTripleOfOptions_EqualsFormula()
    {
        var space = new OptionSpace("gather rows", 3);
        Option<bool> wide = space.Add("s64 indices", Choices.Either);
        Option<string> form = space.Add("form", "bytes", "u8 to f32", "s8 to f32");
        Option<bool> zeros = space.Add("zero points", Choices.Either);
        Option<int> common = space.Add("zero point", 0, 3, 128);
        Option<int> rows = space.Add("rows", 1, 5, 300);
        Option<int> columns = space.Add("row bytes", 1, 2, 3, 4, 8, 16, 19, 33);
        Option<int> count = space.Add("indices", 0, 1, 7);
        Option<string> wrong = space.Add("out of range", "none", "first", "last below", "last above");
        Option<int> offset = space.Add("offset", 0, 1);
        space.Run(output, seed =>
        {
            (int r, int c, int n, int zero) = (rows.Value, columns.Value, count.Value, common.Value);
            using NativeArray<byte> table = Fill.Bytes(r * c, seed, offset.Value);
            using NativeArray<int> indices = Fill.Ints(n, seed + 1, -r, r);
            using NativeArray<float> scales = Fill.Floats(r, seed + 2, 0.1f, 1f);
            using NativeArray<byte> points = Fill.Bytes(r, seed + 3);
            bool bytes = form.Value == "bytes";
            bool signed = form.Value == "s8 to f32";
            int size = bytes ? 1 : 4;
            using NativeArray<byte> y = Fill.Bytes(n * c * size, seed + 4);
            byte[] old = y.Span.ToArray();
            byte* z = zeros.Value ? points.Pointer : null;
            bool first = wrong.Value == "first";
            if (wrong.Value != "none" && n > 0)
            {
                indices.Span[first ? 0 : n - 1] = wrong.Value == "last below" ? -r - 1 : r;
            }

            long[] longs = [.. indices.Span.ToArray().Select(i => (long)i)];
            nint answer = (bytes, wide.Value) switch
            {
                (true, false) => GatherRows.Run<int>(table.Pointer, r, c, indices.Span, y.Pointer),
                (true, true) => GatherRows.Run<long>(table.Pointer, r, c, longs, y.Pointer),
                (false, false) => GatherRows.RunDequantize<int>(table.Pointer, signed, r, c, scales.Pointer, z, zero, indices.Span, (float*)y.Pointer),
                _ => GatherRows.RunDequantize<long>(table.Pointer, signed, r, c, scales.Pointer, z, zero, longs, (float*)y.Pointer),
            };
            int done = wrong.Value == "none" || n == 0 ? n : first ? 0 : n - 1;
            Assert.Equal(done == n ? -1 : done, (int)answer);
            for (int i = 0; i < n * c; i++)
            {
                int row = indices[i / c] < 0 ? indices[i / c] + r : indices[i / c];
                if (i / c >= done)
                {
                    Assert.Equal(old[i * size], y[i * size]);
                }
                else if (bytes)
                {
                    Assert.Equal(table[(row * c) + (i % c)], y[i]);
                }
                else
                {
                    byte raw = table[(row * c) + (i % c)];
                    Assert.Equal(((signed ? (sbyte)raw : raw) - (zeros.Value ? signed ? (sbyte)points[row] : points[row] : zero)) * scales[row], ((float*)y.Pointer)[i]);
                }
            }

            y.AssertIntact();
        });
    }

    [Fact]
    public void Conversion_EveryTripleOfOptions_EqualsFormula()
    {
        var space = new OptionSpace("float conversion", 3);
        Option<string> way = space.Add("way", "f16 to f32", "f32 to f16", "bf16 to f32", "f32 to bf16");
        Option<int> count = space.Add("count", 0, 1, 7, 8, 15, 16, 17, 31, 32, 33, 100);
        Option<string> values = space.Add("values", "any bits", "usual", "halves");
        Option<int> offset = space.Add("offset", 0, 1, 3);
        space.Run(output, seed =>
        {
            int n = count.Value;
            using NativeArray<byte> bytes = Fill.Bytes(4 * n, seed, 4 * offset.Value);
            using var y = new NativeArray<uint>(n);
            float* x = (float*)bytes.Pointer;
            var random = new Random(seed);
            string kind = values.Value;
            for (int i = 0; i < n && kind != "any bits"; i++)
            {
                // Halves: f32 values half-way between two neighbours of the narrow type.
                x[i] = kind == "usual" ? (random.NextSingle() * 200) - 100
                    : BitConverter.UInt32BitsToSingle(((uint)random.Next(0x3000, 0x4700) << 16) | (way.Value == "f32 to f16" ? 0x1000u : 0x8000u));
            }

            switch (way.Value)
            {
                case "f16 to f32":
                    FloatConversion.HalfToSingle((Half*)bytes.Pointer, (float*)y.Pointer, n);
                    break;
                case "f32 to f16":
                    FloatConversion.SingleToHalf(x, (Half*)y.Pointer, n);
                    break;
                case "bf16 to f32":
                    FloatConversion.BFloat16ToSingle((ushort*)bytes.Pointer, (float*)y.Pointer, n);
                    break;
                default:
                    FloatConversion.SingleToBFloat16(x, (ushort*)y.Pointer, n);
                    break;
            }

            for (int i = 0; i < n; i++)
            {
                switch (way.Value)
                {
                    case "f16 to f32":
                        Assert.Equal((float)((Half*)bytes.Pointer)[i], ((float*)y.Pointer)[i]);
                        break;
                    case "f32 to f16":
                        Assert.Equal((Half)x[i], ((Half*)y.Pointer)[i]);
                        break;
                    case "bf16 to f32":
                        Assert.Equal((uint)((ushort*)bytes.Pointer)[i] << 16, y[i]);
                        break;
                    default:
                        uint bits = BitConverter.SingleToUInt32Bits(x[i]);
                        uint low = bits & 0xFFFF;
                        uint up = low > 0x8000 || (low == 0x8000 && (bits & 0x10000) != 0) ? 1u : 0u;
                        Assert.Equal(float.IsNaN(x[i]) ? (bits >> 16) | 0x40 : (bits >> 16) + up, ((ushort*)y.Pointer)[i]);
                        break;
                }
            }

            y.AssertIntact();
        });
    }

    [Fact]
    public void BlockQuantized_EveryTripleOfOptions_EqualsFormula()
    {
        var space = new OptionSpace("block quantized product", 3);
        Option<int> bitCount = space.Add("bits", 4, 8);
        Option<int> blockSize = space.Add("block", 16, 32, 48, 128);
        Option<int> rows = space.Add("m", 0, 1, 3, 4, 6, 7, 20);
        Option<int> columns = space.Add("n", 1, 4, 5, 63, 64, 65, 130);
        Option<int> depth = space.Add("k", 1, 16, 20, 130, 200);
        Option<bool> zeros = space.Add("zero points", Choices.Either);
        Option<int> padX = space.Add("ldx", 0, 3);
        Option<int> threads = space.Add("threads", Choices.Threads);
        Option<bool> panels = space.Add("panels", Choices.Either);
        Option<IsaTier> limit = space.Add("tier", Choices.Tiers);
        var check = new GemmCase(space, Choices.FewActivations);
        space.Run(output, seed =>
        {
            (int m, int n, int k, int bits, int block) = (rows.Value, columns.Value, depth.Value, bitCount.Value, blockSize.Value);
            int blocks = (k + block - 1) / block;
            int zeroBytes = ((blocks * bits) + 7) / 8;
            int ldx = k + padX.Value;
            using NativeArray<byte> codes = Fill.Bytes(n * blocks * block * bits / 8, seed);
            using NativeArray<byte> points = Fill.Bytes(n * zeroBytes, seed + 1);
            using NativeArray<float> scales = Fill.Floats(n * blocks, seed + 2, 0.001f, 0.01f);
            using NativeArray<float> x = Fill.Floats(m * ldx, seed + 3);
            var w = new BlockQuantizedMatrix
            {
                Codes = codes.Pointer,
                Scales = scales.Pointer,
                ZeroPoints = zeros.Value ? points.Pointer : null,
                Columns = n,
                Depth = k,
                BlockSize = block,
                Bits = bits,
            };
            static int Code(NativeArray<byte> from, int at, int start, int bits) => bits == 8 ? from[start + at] : (from[start + (at / 2)] >> (at % 2 * 4)) & 15;
            var dense = new double[k * n];
            for (int i = 0; i < dense.Length; i++)
            {
                (int e, int j) = (i / n, i % n);
                int zero = zeros.Value ? Code(points, e / block, j * zeroBytes, bits) : 1 << (bits - 1);
                dense[i] = (Code(codes, e, j * blocks * block * bits / 8, bits) - zero) * scales[(j * blocks) + (e / block)];
            }

            double[] dx = GemmReference.Dense(x.Span, ldx, m, k, false);
            check.Check(
                m, n, k, seed, GemmReference.Product(dx, dense, m, n, k), GemmReference.Product(dx, dense, m, n, k, true),
                (float* c, int ldc, in GemmEpilogue e) => BlockQuantizedGemm.Run(x.Pointer, ldx, in w, c, ldc, m, in e, threads.Value, panels.Value, limit.Value));
        });
    }
}
