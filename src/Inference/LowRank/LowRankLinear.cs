using Inference.Kernels.Elementwise;
using Inference.Kernels.Gemm;
using Inference.Kernels.LowRank;
using Inference.Kernels.Quantized;

namespace Inference.LowRank;

/// <summary>
/// A linear layer of low rank: y[M,N] = (x[M,K] × A[K,R]) × B[R,N] + bias[N], in R·(K + N) multiply-adds a row instead of K·N. Factors are f32, or s8 with one scale for
/// each column; then x and the product in the middle are quantized to u8 row by row. Immutable; any number of threads may run it.
/// A model that holds the two factors as constants of two MatMul runs the same kernel as one node.
/// </summary>
public sealed unsafe class LowRankLinear : IDisposable
{
    private readonly PackedMatrix? _a;
    private readonly PackedMatrix? _b;
    private readonly QuantizedMatrix? _codesA;
    private readonly QuantizedMatrix? _codesB;
    private readonly float[] _scalesA = [];
    private readonly float[] _scalesB = [];
    private readonly float[]? _bias;

    private LowRankLinear(ReadOnlySpan<float> a, ReadOnlySpan<float> b, int inputs, int rank, int outputs, ReadOnlySpan<float> bias, bool int8)
    {
        Inputs = inputs;
        Rank = rank;
        Outputs = outputs;
        _bias = bias.IsEmpty ? null : bias.ToArray();
        if (int8)
        {
            _codesA = Quantize(a, inputs, rank, out _scalesA);
            _codesB = Quantize(b, rank, outputs, out _scalesB);
        }
        else
        {
            _a = PackedMatrix.Create(a, inputs, rank);
            _b = PackedMatrix.Create(b, rank, outputs);
        }
    }

    /// <summary>K, elements of an input row.</summary>
    public int Inputs { get; }

    /// <summary>R, columns of the first factor.</summary>
    public int Rank { get; }

    /// <summary>N, elements of an output row.</summary>
    public int Outputs { get; }

    /// <summary>Whether the factors are 8-bit.</summary>
    public bool IsInt8 => _codesA is not null;

    /// <summary>Makes a layer of two factors.</summary>
    /// <param name="a">A [inputs, rank], row-major; copied.</param>
    /// <param name="b">B [rank, outputs], row-major; copied.</param>
    /// <param name="inputs">K, 1 or more.</param>
    /// <param name="rank">R, 1 or more.</param>
    /// <param name="outputs">N, 1 or more.</param>
    /// <param name="bias">[outputs], or empty for none; copied.</param>
    /// <param name="int8">Whether factors are stored as s8 with a scale for each column.</param>
    /// <returns>The layer; the caller owns it.</returns>
    /// <exception cref="ArgumentException">A length does not fit the sizes.</exception>
    public static LowRankLinear FromFactors(ReadOnlySpan<float> a, ReadOnlySpan<float> b, int inputs, int rank, int outputs, ReadOnlySpan<float> bias = default, bool int8 = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rank);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputs);
        Check(a.Length, (long)inputs * rank, "inputs × rank", nameof(a));
        Check(b.Length, (long)rank * outputs, "rank × outputs", nameof(b));
        if (!bias.IsEmpty)
        {
            Check(bias.Length, outputs, "outputs", nameof(bias));
        }

        return new(a, b, inputs, rank, outputs, bias, int8);
    }

    /// <summary>Makes a layer that approximates a matrix: A spans the leading directions of W's columns, found by subspace iteration, and B = Aᵀ × W.</summary>
    /// <param name="w">W [inputs, outputs], row-major.</param>
    /// <param name="inputs">K, 1 or more.</param>
    /// <param name="outputs">N, 1 or more.</param>
    /// <param name="rank">R, 1 to the smaller of inputs and outputs.</param>
    /// <param name="bias">[outputs], or empty for none; copied.</param>
    /// <param name="int8">Whether factors are stored as s8 with a scale for each column.</param>
    /// <returns>The layer; the caller owns it.</returns>
    /// <exception cref="ArgumentException">A length does not fit the sizes, or the rank is out of range.</exception>
    public static LowRankLinear FromMatrix(ReadOnlySpan<float> w, int inputs, int outputs, int rank, ReadOnlySpan<float> bias = default, bool int8 = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rank);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rank, Math.Min(inputs, outputs));
        Check(w.Length, (long)inputs * outputs, "inputs × outputs", nameof(w));
        (float[] a, float[] b) = SubspaceIteration.Factor(w, inputs, outputs, rank);
        return FromFactors(a, b, inputs, rank, outputs, bias, int8);
    }

    /// <summary>y = (x × A) × B + bias.</summary>
    /// <param name="x">[rows, Inputs].</param>
    /// <param name="y">[rows, Outputs]; must not overlap <paramref name="x"/>.</param>
    /// <param name="rows">Rows, 0 or more.</param>
    /// <param name="threads">The most threads to use, 1 or more.</param>
    /// <exception cref="ArgumentException">A length does not fit the sizes.</exception>
    /// <exception cref="ObjectDisposedException">The layer was disposed.</exception>
    public void Run(ReadOnlySpan<float> x, Span<float> y, int rows, int threads = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        Check(x.Length, (long)rows * Inputs, "rows × inputs", nameof(x));
        Check(y.Length, (long)rows * Outputs, "rows × outputs", nameof(y));
        fixed (float* px = x, py = y, bias = _bias, scalesA = _scalesA, scalesB = _scalesB)
        {
            if (_codesA is not null)
            {
                LowRankInt8.Run(px, Inputs, _codesA, scalesA, _codesB!, scalesB, bias, default, py, Outputs, rows, threads);
            }
            else
            {
                LowRankF32.Run(px, Inputs, _a!, _b!, py, Outputs, rows, new GemmEpilogue { Bias = bias }, threads);
            }
        }
    }

    /// <summary>Frees the factors. No call may use the layer any more.</summary>
    public void Dispose()
    {
        _a?.Dispose();
        _b?.Dispose();
        _codesA?.Dispose();
        _codesB?.Dispose();
    }

    private static QuantizedMatrix Quantize(ReadOnlySpan<float> matrix, int rows, int columns, out float[] scales)
    {
        scales = new float[columns];
        for (int i = 0; i < matrix.Length; i++)
        {
            scales[i % columns] = Math.Max(scales[i % columns], Math.Abs(matrix[i]));
        }

        for (int c = 0; c < columns; c++)
        {
            scales[c] = scales[c] > 0f ? scales[c] / sbyte.MaxValue : 1f;
        }

        var codes = new sbyte[matrix.Length];
        for (int i = 0; i < codes.Length; i++)
        {
            codes[i] = (sbyte)Math.Clamp(MathF.Round(matrix[i] / scales[i % columns]), -sbyte.MaxValue, sbyte.MaxValue);
        }

        return QuantizedMatrix.Create(codes, rows, columns, []);
    }

    private static void Check(int length, long expected, string what, string name)
    {
        if (length != expected)
        {
            throw new ArgumentException($"Low-rank layer: expected {expected} elements ({what}), got {length}. Pass the whole array.", name);
        }
    }
}
