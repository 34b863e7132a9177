using Inference.Kernels.Memory;
using Inference.Kernels.Quantized;

namespace Inference.Layers;

/// <summary>
/// A fully connected layer with 8-bit weights: y[M,N] = activation((q(x)[M,K] − zero) × Cᵀ · (s_x · s[N]) + b), where q quantizes x to u8 with scale s_x, and C contains s8 codes with a scale s
/// for each output. Sums are exact in 32 bits up to 66,000 inputs; beyond that they may overflow. Results are bit-identical to the graph nodes MatMulIntegerToFloat, DynamicQuantizeMatMul and
/// MatMulInteger with its following nodes, which run the same code. Codes are copied and packed when the layer is created. Immutable and thread-safe. A
/// run allocates no managed memory. Runs in flight when the layer is disposed are allowed to finish; the garbage collector frees layers that were never disposed.
/// </summary>
public sealed unsafe class QuantizedLinear : IDisposable
{
    private const string Layer = nameof(QuantizedLinear) + " layer";
    private readonly QuantizedMatrix _matrix;
    private readonly ScaledProduct _product;
    private readonly float[] _scales;
    private readonly float[]? _bias;
    private readonly LayerGate _gate;

    /// <summary>Creates a layer from codes.</summary>
    /// <param name="codes">C, inputs · outputs elements in the order given by <paramref name="order"/>; a weight is its code times the scale of its output. Copied.</param>
    /// <param name="scales">s[outputs], or one for all outputs; greater than 0. Copied.</param>
    /// <param name="inputs">K, 1 or more.</param>
    /// <param name="outputs">N, 1 or more.</param>
    /// <param name="input">How x is quantized; dynamically by default.</param>
    /// <param name="bias">b[outputs] in f32, or empty for none; copied.</param>
    /// <param name="activation">The activation, applied last; none by default.</param>
    /// <param name="order">The order of C in <paramref name="codes"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is less than 1, or the order is not a value of the enumeration.</exception>
    /// <exception cref="ArgumentException">A length does not match the sizes, or a scale is not greater than 0.</exception>
    public QuantizedLinear(
        ReadOnlySpan<sbyte> codes, ReadOnlySpan<float> scales, int inputs, int outputs, InputScale input = default, ReadOnlySpan<float> bias = default,
        LayerActivation activation = default, WeightOrder order = WeightOrder.OutputsByInputs)
    {
        LayerWeights.Check(codes.Length, inputs, outputs, order, Layer, "inputs, outputs", nameof(codes));
        LayerCheck.Scales(scales, outputs, Layer, "outputs", nameof(scales));
        LayerCheck.Bias(bias.Length, outputs, Layer);
        Inputs = inputs;
        Outputs = outputs;
        Input = input;
        _scales = scales.ToArray();
        _bias = bias.IsEmpty ? null : bias.ToArray();
        _matrix = LayerWeights.Pack(codes, inputs, outputs, order);
        _product = new(_matrix, activation.Kernel);
        _gate = new(Layer, _matrix);
    }

    /// <summary>K, the number of elements in an input row.</summary>
    public int Inputs { get; }

    /// <summary>N, the number of elements in an output row.</summary>
    public int Outputs { get; }

    /// <summary>How the input is quantized.</summary>
    public InputScale Input { get; }

    /// <summary>Creates a layer from f32 weights: for each output, scale = max|w|/127 and code = round(w / scale).</summary>
    /// <param name="weights">W, inputs · outputs finite elements in the order given by <paramref name="order"/>; copied.</param>
    /// <param name="inputs">K, 1 or more.</param>
    /// <param name="outputs">N, 1 or more.</param>
    /// <param name="input">How x is quantized; dynamically by default.</param>
    /// <param name="bias">b[outputs] in f32, or empty for none; copied.</param>
    /// <param name="activation">The activation, applied last; none by default.</param>
    /// <param name="order">The order of W in <paramref name="weights"/>.</param>
    /// <returns>The layer; the caller owns it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A size is less than 1, or the order is not a value of the enumeration.</exception>
    /// <exception cref="ArgumentException">A length does not match the sizes, or a weight is not finite.</exception>
    public static QuantizedLinear Quantize(
        ReadOnlySpan<float> weights, int inputs, int outputs, InputScale input = default, ReadOnlySpan<float> bias = default, LayerActivation activation = default,
        WeightOrder order = WeightOrder.OutputsByInputs)
    {
        LayerWeights.Check(weights.Length, inputs, outputs, order, Layer, "inputs, outputs", nameof(weights));
        sbyte[] codes = LayerWeights.Quantize(weights, inputs, outputs, order, Layer, nameof(weights), out float[] scales);
        return new(codes, scales, inputs, outputs, input, bias, activation, order);
    }

    /// <summary>y = activation((q(x) − zero) × Cᵀ · (s_x · s) + b).</summary>
    /// <param name="x">[rows, Inputs], row-major; NaN is quantized to the lowest code.</param>
    /// <param name="y">[rows, Outputs], row-major; must not overlap <paramref name="x"/>.</param>
    /// <param name="rows">The number of rows, 0 or more.</param>
    /// <param name="threads">The maximum number of threads, 1 or more; small products use one. Does not affect the result.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="rows"/> is less than 0 or <paramref name="threads"/> is less than 1.</exception>
    /// <exception cref="ArgumentException">A length is not the number of rows times the row width, or the spans overlap.</exception>
    /// <exception cref="ObjectDisposedException">The layer was disposed.</exception>
    public void Run(ReadOnlySpan<float> x, Span<float> y, int rows, int threads = 1)
    {
        LayerCheck.Run(x, Inputs, y, Outputs, rows, threads, Layer);
        _gate.Enter();
        try
        {
            using var scratch = new AlignedScratch<byte>((nint)_product.ScalesBytes + x.Length);
            fixed (float* px = x, py = y, bias = _bias)
            {
                if (Input.IsDynamic)
                {
                    _product.RunDynamic(px, x.Length, py, rows, _scales, [], null, bias, scratch.Pointer, threads);
                }
                else
                {
                    _product.RunStatic(px, x.Length, Input.Scale, Input.ZeroPoint, py, rows, _scales, bias, scratch.Pointer, threads);
                }
            }
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>Prevents further runs and frees the codes after the last run has ended. Further calls have no effect.</summary>
    public void Dispose() => _gate.Close();
}
