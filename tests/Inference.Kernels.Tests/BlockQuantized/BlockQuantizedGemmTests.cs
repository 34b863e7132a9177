using Inference.Kernels.BlockQuantized;
using Inference.Kernels.Gemm;

namespace Inference.Kernels.Tests.BlockQuantized;

public sealed unsafe class BlockQuantizedGemmTests
{
    [Theory]
    [InlineData(4, 16, 1, 5, 20)]
    [InlineData(4, 32, 3, 70, 64)]
    [InlineData(4, 32, 20, 130, 100)]
    [InlineData(8, 16, 1, 64, 33)]
    [InlineData(8, 64, 9, 66, 130)]
    public void Run_Sizes_EqualsDequantizedProduct(int bits, int block, int m, int n, int k)
    {
        int blocks = (k + block - 1) / block;
        foreach (bool zeros in (bool[])[false, true])
        {
            using NativeArray<byte> codes = Fill.Bytes(n * blocks * block * bits / 8, 1);
            using NativeArray<byte> zpPadded = Fill.Bytes(n * (((blocks * bits) + 7) / 8), 2);
            using NativeArray<float> scales = Fill.Floats(n * blocks, 3, 0.01f, 0.1f);
            using NativeArray<float> x = Fill.Floats(m * k, 4);
            using NativeArray<float> bias = Fill.Floats(n, 5);
            using var y = new NativeArray<float>(m * n);
            var w = new BlockQuantizedMatrix
            {
                Codes = codes.Pointer,
                Scales = scales.Pointer,
                ZeroPoints = zeros ? zpPadded.Pointer : null,
                Columns = n,
                Depth = k,
                BlockSize = block,
                Bits = bits,
            };
            BlockQuantizedGemm.Run(x.Pointer, k, in w, y.Pointer, n, m, new GemmEpilogue { Bias = bias.Pointer }, 2);
            for (int i = 0; i < m; i++)
            {
                for (int j = 0; j < n; j++)
                {
                    double want = bias[j];
                    for (int e = 0; e < k; e++)
                    {
                        int b = e / block;
                        int at = (j * blocks * block) + e;
                        int code = bits == 8 ? codes[at] : (codes[at / 2] >> (at % 2 * 4)) & 15;
                        int stride = ((blocks * bits) + 7) / 8;
                        int zero = !zeros ? 1 << (bits - 1) : bits == 8 ? zpPadded[(j * stride) + b] : (zpPadded[(j * stride) + (b / 2)] >> (b % 2 * 4)) & 15;
                        want += x[(i * k) + e] * (double)((code - zero) * scales[(j * blocks) + b]);
                    }

                    Assert.True(Math.Abs(want - y[(i * n) + j]) < 1e-5 * k, $"[{i},{j}]: expected {want}, got {y[(i * n) + j]}");
                }
            }

            y.AssertIntact();
        }
    }

    [Fact]
    public void Run_ThreeBits_ErrorSaysWhichAreSupported()
    {
        var w = new BlockQuantizedMatrix { Bits = 3, BlockSize = 32 };
        ArgumentException error = Assert.Throws<ArgumentException>(() => BlockQuantizedGemm.Run(null, 0, in w, null, 0, 0, default));
        Assert.StartsWith("Expected 4 or 8 bits", error.Message, StringComparison.Ordinal);
    }
}
