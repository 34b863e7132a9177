using Inference.Kernels.Gemm;
using Inference.Kernels.LowRank;
using Inference.Kernels.Quantized;

namespace Inference.Layers;

/// <summary>
/// A fully connected layer of low rank: y[M,N] = activation((x[M,K] × Aᵀ) × Bᵀ + b), in R·(K + N) multiply-adds per row instead of K·N. Factors are f32, or s8 with a scale for each
/// output of a factor. In f32, results are bit-identical to two MatMul nodes with constants. With 8-bit factors, x and the intermediate product are quantized to u8 row by
/// row, each row by its own range (including 0), so that rows are independent of each other; for a single row the result is that of two DynamicQuantizeMatMul nodes. Factors are copied and packed
/// when the layer is created. Immutable and thread-safe. A run allocates no managed memory. Runs in flight when the layer is disposed are allowed to finish; the garbage collector frees layers
/// that were never disposed.
/// </summary>
public sealed unsafe class LowRankLinear : IDisposable
{
    private const string Layer = nameof(LowRankLinear) + " layer";
    private readonly LowRankFactors? _factors;
    private readonly QuantizedMatrix? _down;
    private readonly QuantizedMatrix? _up;
    private readonly float[] _downScales = [];
    private readonly float[] _upScales = [];
    private readonly LayerActivation _activation;
    private readonly float[]? _bias;
    private readonly LayerGate _gate;

    /// <summary>Creates a layer from f32 factors.</summary>
    /// <param name="down">A, the first factor, inputs · rank elements, with rank outputs. Copied.</param>
    /// <param name="up">B, the second factor, rank · outputs elements, with rank inputs. Copied.</param>
    /// <param name="inputs">K, 1 or more.</param>
    /// <param name="rank">R, 1 or more.</param>
    /// <param name="outputs">N, 1 or more.</param>
    /// <param name="bias">b[outputs], or empty for none; copied.</param>
    /// <param name="activation">The activation, applied last; none by default.</param>
    /// <param name="order">The order of both factors in their spans.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is less than 1, or the order is not a value of the enumeration.</exception>
    /// <exception cref="ArgumentException">A length does not match the sizes.</exception>
    public LowRankLinear(
        ReadOnlySpan<float> down, ReadOnlySpan<float> up, int inputs, int rank, int outputs, ReadOnlySpan<float> bias = default, LayerActivation activation = default,
        WeightOrder order = WeightOrder.OutputsByInputs)
    {
        Check(inputs, rank, outputs, bias.Length, order, down.Length, up.Length);
        Inputs = inputs;
        Rank = rank;
        Outputs = outputs;
        _bias = bias.IsEmpty ? null : bias.ToArray();
        _activation = activation;
        PackedMatrix a = LayerWeights.Pack(down, inputs, rank, order);
        PackedMatrix b = LayerWeights.Pack(up, rank, outputs, order);
        _factors = new(a, b, activation.Kernel);
        _gate = new(Layer, a, b);
    }

    /// <summary>Creates a layer from 8-bit factors.</summary>
    /// <param name="down">Codes of A, the first factor, inputs · rank elements: a weight is code · scale. Copied.</param>
    /// <param name="downScales">[rank], or one for all; greater than 0. Copied.</param>
    /// <param name="up">Codes of B, the second factor, rank · outputs elements. Copied.</param>
    /// <param name="upScales">[outputs], or one for all; greater than 0. Copied.</param>
    /// <param name="inputs">K, 1 or more.</param>
    /// <param name="rank">R, 1 or more.</param>
    /// <param name="outputs">N, 1 or more.</param>
    /// <param name="bias">b[outputs] in f32, or empty for none; copied.</param>
    /// <param name="activation">The activation, applied last; none by default.</param>
    /// <param name="order">The order of both factors in their spans.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is less than 1, or the order is not a value of the enumeration.</exception>
    /// <exception cref="ArgumentException">A length does not match the sizes, or a scale is not greater than 0.</exception>
    public LowRankLinear(
        ReadOnlySpan<sbyte> down, ReadOnlySpan<float> downScales, ReadOnlySpan<sbyte> up, ReadOnlySpan<float> upScales, int inputs, int rank, int outputs,
        ReadOnlySpan<float> bias = default, LayerActivation activation = default, WeightOrder order = WeightOrder.OutputsByInputs)
    {
        Check(inputs, rank, outputs, bias.Length, order, down.Length, up.Length);
        LayerCheck.Scales(downScales, rank, Layer, nameof(rank), nameof(downScales));
        LayerCheck.Scales(upScales, outputs, Layer, nameof(outputs), nameof(upScales));
        Inputs = inputs;
        Rank = rank;
        Outputs = outputs;
        _bias = bias.IsEmpty ? null : bias.ToArray();
        _activation = activation;
        _downScales = LayerWeights.Each(downScales, rank);
        _upScales = LayerWeights.Each(upScales, outputs);
        _down = LayerWeights.Pack(down, inputs, rank, order);
        _up = LayerWeights.Pack(up, rank, outputs, order);
        _gate = new(Layer, _down, _up);
    }

    /// <summary>K, the number of elements in an input row.</summary>
    public int Inputs { get; }

    /// <summary>R, the number of elements in a row of the intermediate product.</summary>
    public int Rank { get; }

    /// <summary>N, the number of elements in an output row.</summary>
    public int Outputs { get; }

    /// <summary>Whether the factors are 8-bit.</summary>
    public bool IsQuantized => _down is not null;

    /// <summary>Creates a layer with 8-bit factors from f32 factors: for each output of a factor, scale = max|w|/127 and code = round(w / scale).</summary>
    /// <param name="down">A, the first factor, inputs · rank finite elements; copied.</param>
    /// <param name="up">B, the second factor, rank · outputs finite elements; copied.</param>
    /// <param name="inputs">K, 1 or more.</param>
    /// <param name="rank">R, 1 or more.</param>
    /// <param name="outputs">N, 1 or more.</param>
    /// <param name="bias">b[outputs] in f32, or empty for none; copied.</param>
    /// <param name="activation">The activation, applied last; none by default.</param>
    /// <param name="order">The order of both factors in their spans.</param>
    /// <returns>The layer; the caller owns it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A size is less than 1, or the order is not a value of the enumeration.</exception>
    /// <exception cref="ArgumentException">A length does not match the sizes, or a weight is not finite.</exception>
    public static LowRankLinear Quantize(
        ReadOnlySpan<float> down, ReadOnlySpan<float> up, int inputs, int rank, int outputs, ReadOnlySpan<float> bias = default, LayerActivation activation = default,
        WeightOrder order = WeightOrder.OutputsByInputs)
    {
        Check(inputs, rank, outputs, bias.Length, order, down.Length, up.Length);
        sbyte[] a = LayerWeights.Quantize(down, inputs, rank, order, Layer, nameof(down), out float[] scalesA);
        sbyte[] b = LayerWeights.Quantize(up, rank, outputs, order, Layer, nameof(up), out float[] scalesB);
        return new(a, scalesA, b, scalesB, inputs, rank, outputs, bias, activation, order);
    }

    /// <summary>y = activation((x × Aᵀ) × Bᵀ + b).</summary>
    /// <param name="x">[rows, Inputs], row-major.</param>
    /// <param name="y">[rows, Outputs], row-major; must not overlap <paramref name="x"/>.</param>
    /// <param name="rows">The number of rows, 0 or more.</param>
    /// <param name="threads">The maximum number of threads, 1 or more; small products use one. May affect the rounding of sums of f32 factors.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="rows"/> is less than 0 or <paramref name="threads"/> is less than 1.</exception>
    /// <exception cref="ArgumentException">A length is not the number of rows times the row width, or the spans overlap.</exception>
    /// <exception cref="ObjectDisposedException">The layer was disposed.</exception>
    public void Run(ReadOnlySpan<float> x, Span<float> y, int rows, int threads = 1)
    {
        LayerCheck.Run(x, Inputs, y, Outputs, rows, threads, Layer);
        _gate.Enter();
        try
        {
            fixed (float* px = x, py = y, bias = _bias, downScales = _downScales, upScales = _upScales)
            {
                if (_factors is not null)
                {
                    _factors.Run(px, py, rows, bias, null, threads);
                }
                else
                {
                    LowRankInt8.Run(px, Inputs, _down!, downScales, _up!, upScales, bias, _activation.Kernel, py, Outputs, rows, threads);
                }
            }
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>Prevents further runs and frees the factors after the last run has ended. Further calls have no effect.</summary>
    public void Dispose() => _gate.Close();

    private static void Check(int inputs, int rank, int outputs, int bias, WeightOrder order, int down, int up)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rank, 1);
        LayerWeights.Check(down, inputs, rank, order, Layer, "inputs, rank", nameof(down));
        LayerWeights.Check(up, rank, outputs, order, Layer, "rank, outputs", nameof(up));
        LayerCheck.Bias(bias, outputs, Layer);
    }
}
