using Inference.Kernels.Elementwise;
using Inference.Kernels.Quantized;

namespace Inference.Kernels.Tests.Quantized;

public sealed unsafe class QuantizedGemmTests
{
    public static TheoryData<string> Kernels()
    {
        var data = new TheoryData<string>();
        foreach (GemmS32Kernel kernel in GemmS32Kernels.All.Where(k => k.Supported))
        {
            data.Add(kernel.Name);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Run_AwkwardSizes_EqualsFormulaBitForBit(string name)
    {
        GemmS32Kernel kernel = GemmS32Kernels.All.Single(k => k.Name == name);
        int seed = 1;
        foreach (int m in (int[])[1, 2, 5, 6, 7, 13, 50])
        {
            foreach (int n in (int[])[1, 5, 16, 17, 33, 64, 70, 130])
            {
                foreach (int k in (int[])[0, 1, 3, 4, 7, 8, 32, 65])
                {
                    Check(kernel, m, n, k, seed++);
                }
            }
        }

        Check(kernel, 9, 20, 2050, 900);
        Check(kernel, 3, 70, 9001, 901);
        Check(kernel, 40, 70, 3000, 904);
    }

    [Fact]
    public void VnniTiles_OnThisMachine_AreSupportedWhereTheCpuHasThem()
    {
        bool cpu = System.Runtime.Intrinsics.X86.Avx512BW.IsSupported
            && (System.Runtime.Intrinsics.X86.X86Base.CpuId(7, 0).Ecx & (1 << 11)) != 0;
        Assert.Equal(cpu, GemmS32Kernels.All[0].Supported);
    }

    [Fact]
    public void Requantize_Halves_RoundToEven()
    {
        int[] values = [1, 3, 5, 7, -1, -3, 511, 513, -513, 0, 2, 4, 6, 8, 10, 12, 1, 3];
        float half = 0.5f;
        byte* y = stackalloc byte[18];
        fixed (int* x = values)
        {
            var e = new QuantizedEpilogue { Output = QuantizedOutput.UInt8, Scale = &half, ZeroPoint = 10 };
            QuantizedStore.Run(in e, x, 18, y, 18, 0, 1, 0, 18);
        }

        Assert.Equal(new byte[] { 10, 12, 12, 14, 10, 8, 255, 255, 0, 10, 11, 12, 13, 14, 15, 16, 10, 12 }, new Span<byte>(y, 18).ToArray());
    }

    private static void Check(GemmS32Kernel kernel, int m, int n, int k, int seed)
    {
        bool signedA = seed % 2 == 0;
        bool signedB = seed % 3 != 0;
        bool transposed = seed % 5 == 0;
        int lda = k + (seed % 2);
        using NativeArray<byte> a = Fill.Bytes((m * lda), seed);
        using NativeArray<byte> b = Fill.Bytes(k * n, seed + 1);
        int[] zeros = (seed % 4) switch
        {
            0 => [],
            1 => [signedB ? -3 : 130],
            2 => signedB ? [0] : [128],
            _ => Enumerable.Range(0, n).Select(j => signedB ? (j % 50) - 20 : 100 + (j % 50)).ToArray(),
        };
        int za = signedA ? (seed % 37) - 18 : seed % 200;
        int[] rowZeros = Enumerable.Range(0, m).Select(i => signedA ? i - 5 : i + 7).ToArray();
        bool perRow = seed % 7 == 0;
        using QuantizedMatrix packed = QuantizedMatrix.Create(
            b.Pointer, signedB, transposed ? k : n, k, n, zeros, transposed, kernel);
        var bias = new int[n];
        var scale = new float[n];
        var floatBias = new float[n];
        var rowScale = new float[m];
        var random = new Random(seed);
        for (int j = 0; j < n; j++)
        {
            bias[j] = random.Next(-1000, 1000);
            scale[j] = 0.0001f + (0.002f * random.NextSingle());
            floatBias[j] = random.NextSingle();
        }

        for (int i = 0; i < m; i++)
        {
            rowScale[i] = 0.5f + random.NextSingle();
        }

        var output = (QuantizedOutput)(seed % 4);
        int size = output is QuantizedOutput.Int8 or QuantizedOutput.UInt8 ? 1 : 4;
        bool perColumn = seed % 6 < 3;
        bool useBias = seed % 3 != 1;
        using var y = new NativeArray<byte>(m * n * size);
        fixed (int* pb = bias, pz = rowZeros)
        fixed (float* ps = scale, pf = floatBias, pr = rowScale)
        {
            var e = new QuantizedEpilogue
            {
                Output = output,
                Bias = useBias ? pb : null,
                Scale = ps,
                ScalePerColumn = perColumn,
                ZeroPoint = output == QuantizedOutput.Int8 ? -4 : 9,
                FloatBias = pf,
                RowScale = seed % 8 < 4 ? pr : null,
                Activation = Activation.Relu,
            };
            QuantizedGemm.Run(a.Pointer, signedA, lda, za, packed, y.Pointer, n, m, in e, 1 + (seed % 2), perRow ? pz : null);
        }

        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                int sum = useBias ? bias[j] : 0;
                int zb = zeros.Length == 0 ? 0 : zeros[zeros.Length == 1 ? 0 : j];
                int zi = perRow ? rowZeros[i] : za;
                for (int p = 0; p < k; p++)
                {
                    byte ra = a[(i * lda) + p];
                    byte rb = b[transposed ? (j * k) + p : (p * n) + j];
                    sum += ((signedA ? (sbyte)ra : ra) - zi) * ((signedB ? (sbyte)rb : rb) - zb);
                }

                string where = $"{kernel.Name} {m}x{n}x{k} seed {seed} [{i},{j}]";
                float s = scale[perColumn ? j : 0];
                byte* at = y.Pointer + (((i * n) + j) * size);
                switch (output)
                {
                    case QuantizedOutput.Int32:
                        Assert.True(sum == *(int*)at, $"{where}: expected {sum}, got {*(int*)at}");
                        break;
                    case QuantizedOutput.UInt8:
                        int u = (int)MathF.Round(Math.Clamp(sum * s, -9f, 246f)) + 9;
                        Assert.True(u == *at, $"{where}: expected {u}, got {*at}");
                        break;
                    case QuantizedOutput.Int8:
                        int q = (int)MathF.Round(Math.Clamp(sum * s, -124f, 131f)) - 4;
                        Assert.True(q == (sbyte)*at, $"{where}: expected {q}, got {(sbyte)*at}");
                        break;
                    default:
                        float f = MathF.Max((sum * (s * (seed % 8 < 4 ? rowScale[i] : 1f))) + floatBias[j], 0f);
                        Assert.True(f == *(float*)at, $"{where}: expected {f}, got {*(float*)at}");
                        break;
                }
            }
        }

        y.AssertIntact();
    }
}
