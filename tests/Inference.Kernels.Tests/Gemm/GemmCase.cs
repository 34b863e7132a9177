using Inference.Kernels.Elementwise;
using Inference.Kernels.Gemm;
using Inference.Kernels.Tests.Covering;

namespace Inference.Kernels.Tests.Gemm;

/// <summary>The options of an f32 product's result, and the check of it.</summary>
internal sealed class GemmCase
{
    private readonly Option<bool> _bias;
    private readonly Option<bool> _rowBias;
    private readonly Option<Addend> _addend;
    private readonly Option<Activation> _activation;
    private readonly Option<int> _padC;
    private readonly Option<int> _padResidual;
    private readonly Option<int> _offset;

    public GemmCase(OptionSpace space, params Activation[] activations)
    {
        _bias = space.Add("bias", Choices.Either);
        _rowBias = space.Add("row bias", Choices.Either);
        _addend = space.Add("addend", Enum.GetValues<Addend>());
        _activation = space.Add("activation", activations);
        _padC = space.Add("ldc", 0, 1, 3);
        _padResidual = space.Add("ldr", 0, 2);
        _offset = space.Add("offset", 0, 1);
    }

    public unsafe delegate void Product(float* c, int ldc, in GemmEpilogue epilogue);

    /// <summary>Runs a product of m·n results and compares it with <paramref name="sums"/> after the epilogue.</summary>
    /// <param name="sums">α · op(A) × op(B).</param>
    /// <param name="magnitudes">The same of magnitudes: what the error bound grows with.</param>
    /// <param name="product">Runs it.</param>
    /// <param name="roundings">Roundings for each term of a sum.</param>
    public unsafe void Check(int m, int n, int k, int seed, double[] sums, double[] magnitudes, Product product, double roundings = 1)
    {
        Activation activation = _activation.Value;
        Addend addend = _addend.Value;
        int ldc = n + _padC.Value;
        int ldr = addend == Addend.InPlace ? ldc : n + _padResidual.Value;
        _ = _padResidual.Value;
        using NativeArray<float> bias = Fill.Floats(n, seed + 102, offset: _offset.Value);
        using NativeArray<float> rowBias = Fill.Floats(m, seed + 103);
        using NativeArray<float> residual = Fill.Floats(m * ldr, seed + 104);
        using NativeArray<float> c = Fill.Floats(m * ldc, seed + 105, offset: _offset.Value);
        float[] old = c.Span.ToArray();
        bool useBias = _bias.Value;
        bool useRowBias = _rowBias.Value;
        var epilogue = new GemmEpilogue
        {
            Bias = useBias ? bias.Pointer : null,
            RowBias = useRowBias ? rowBias.Pointer : null,
            Residual = addend == Addend.Residual ? residual.Pointer : addend == Addend.InPlace ? c.Pointer : null,
            ResidualStride = ldr,
            Accumulate = addend == Addend.Accumulate,
            Activation = activation,
        };
        product(c.Pointer, ldc, in epilogue);
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < ldc; j++)
            {
                float got = c[(i * ldc) + j];
                if (j >= n)
                {
                    Assert.Equal(old[(i * ldc) + j], got);
                    continue;
                }

                double sum = sums[(i * n) + j] + (useBias ? bias[j] : 0) + (useRowBias ? rowBias[i] : 0);
                sum += addend == Addend.None ? 0 : addend == Addend.Residual ? residual[(i * ldr) + j] : old[(i * ldc) + j];
                double want = GemmReference.Activate(activation, sum);
                // The bound of a naive f32 sum: (K + 4) roundings of at most the sum of magnitudes; activations have slope ≤ 1.2 and add 6 ULP.
                double bound = roundings * (k + 16) * (magnitudes[(i * n) + j] + 3) * Math.Pow(2, -24) * 1.2;
                Assert.True(Math.Abs(want - got) <= bound, $"{m}x{n}x{k} [{i},{j}]: expected {want}, got {got}, bound {bound}");
            }
        }

        c.AssertIntact();
    }
}
