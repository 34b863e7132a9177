using Inference.Kernels.Memory;
using Inference.Kernels.Quantized;

namespace Inference.Layers;

/// <summary>
/// A fully connected layer with 8-bit weights: y[M,N] = activation((q(x)[M,K] − zero) × Cᵀ · (s_x · s[N]) + b), where q quantizes x to u8 with scale s_x, and C are s8 codes with a scale s
/// for each output. Sums are exact in 32 bits (up to 66,000 inputs; beyond that they may wrap). It is the code that the graph nodes MatMulIntegerToFloat, DynamicQuantizeMatMul and
/// MatMulInteger with what follows it run, bit for bit. Codes are copied and packed when the layer is made; it does not change after that, and any number of threads may run it at once. A
/// run allocates no managed memory. Disposing lets runs in flight finish; a layer that is forgotten is freed by the garbage collector.
/// </summary>
public sealed unsafe class QuantizedLinear : IDisposable
{
    private const string Layer = nameof(QuantizedLinear) + " layer";
    private readonly QuantizedMatrix _matrix;
    private readonly ScaledProduct _product;
    private readonly float[] _scales;
    private readonly float[]? _bias;
    private readonly LayerGate _gate;

    /// <summary>Makes a layer of codes.</summary>
    /// <param name="codes">C, inputs · outputs elements in the order that <paramref name="order"/> says; a weight is code · scale of its output. Copied.</param>
    /// <param name="scales">s[outputs], or one for all outputs; above 0. Copied.</param>
    /// <param name="inputs">K, 1 or more.</param>
    /// <param name="outputs">N, 1 or more.</param>
    /// <param name="input">How x is quantized; dynamically if left out.</param>
    /// <param name="bias">b[outputs] in f32, or empty for none; copied.</param>
    /// <param name="activation">Applied last; none if left out.</param>
    /// <param name="order">How C lies in <paramref name="codes"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or the order is not one of the enumeration.</exception>
    /// <exception cref="ArgumentException">A length does not fit the sizes, or a scale is not above 0.</exception>
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

    /// <summary>K, elements of an input row.</summary>
    public int Inputs { get; }

    /// <summary>N, elements of an output row.</summary>
    public int Outputs { get; }

    /// <summary>How the input is quantized.</summary>
    public InputScale Input { get; }

    /// <summary>Makes a layer of f32 weights: for each output, scale = max|w|/127 and code = round(w / scale).</summary>
    /// <param name="weights">W, inputs · outputs finite elements in the order that <paramref name="order"/> says; copied.</param>
    /// <param name="inputs">K, 1 or more.</param>
    /// <param name="outputs">N, 1 or more.</param>
    /// <param name="input">How x is quantized; dynamically if left out.</param>
    /// <param name="bias">b[outputs] in f32, or empty for none; copied.</param>
    /// <param name="activation">Applied last; none if left out.</param>
    /// <param name="order">How W lies in <paramref name="weights"/>.</param>
    /// <returns>The layer; the caller owns it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or the order is not one of the enumeration.</exception>
    /// <exception cref="ArgumentException">A length does not fit the sizes, or a weight is not finite.</exception>
    public static QuantizedLinear Quantize(
        ReadOnlySpan<float> weights, int inputs, int outputs, InputScale input = default, ReadOnlySpan<float> bias = default, LayerActivation activation = default,
        WeightOrder order = WeightOrder.OutputsByInputs)
    {
        LayerWeights.Check(weights.Length, inputs, outputs, order, Layer, "inputs, outputs", nameof(weights));
        sbyte[] codes = LayerWeights.Quantize(weights, inputs, outputs, order, Layer, nameof(weights), out float[] scales);
        return new(codes, scales, inputs, outputs, input, bias, activation, order);
    }

    /// <summary>y = activation((q(x) − zero) × Cᵀ · (s_x · s) + b).</summary>
    /// <param name="x">[rows, Inputs], row-major; NaN counts as the lowest code.</param>
    /// <param name="y">[rows, Outputs], row-major; apart from <paramref name="x"/>.</param>
    /// <param name="rows">Rows, 0 or more.</param>
    /// <param name="threads">The most threads to use, 1 or more; small products use one. It does not change the result.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="rows"/> is below 0 or <paramref name="threads"/> below 1.</exception>
    /// <exception cref="ArgumentException">A length is not rows times the width, or the spans overlap.</exception>
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

    /// <summary>Lets no run begin any more and frees the codes when the last one has ended. Calling it again does nothing.</summary>
    public void Dispose() => _gate.Close();
}
