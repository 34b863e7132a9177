using Inference.Kernels.Gemm;

namespace Inference.Layers;

/// <summary>
/// A fully connected layer in f32: y[M,N] = activation(x[M,K] × Wᵀ + b), K inputs, N outputs. It is the code that a graph node MatMul, Gemm or their fusion with what follows runs, bit
/// for bit. Weights are copied and packed when the layer is made; it does not change after that, and any number of threads may run it at once. A run allocates no managed memory.
/// Disposing lets runs in flight finish; a layer that is forgotten is freed by the garbage collector.
/// </summary>
public sealed unsafe class Linear : IDisposable
{
    private const string Layer = nameof(Linear) + " layer";
    private readonly PackedMatrix _matrix;
    private readonly LinearProduct _product;
    private readonly float[]? _bias;
    private readonly LayerGate _gate;

    /// <summary>Makes a layer.</summary>
    /// <param name="weights">W, inputs · outputs elements in the order that <paramref name="order"/> says; copied.</param>
    /// <param name="inputs">K, 1 or more.</param>
    /// <param name="outputs">N, 1 or more.</param>
    /// <param name="bias">b[outputs], or empty for none; copied.</param>
    /// <param name="activation">Applied last; none if left out.</param>
    /// <param name="order">How W lies in <paramref name="weights"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or the order is not one of the enumeration.</exception>
    /// <exception cref="ArgumentException">A length does not fit the sizes.</exception>
    public Linear(
        ReadOnlySpan<float> weights, int inputs, int outputs, ReadOnlySpan<float> bias = default, LayerActivation activation = default, WeightOrder order = WeightOrder.OutputsByInputs)
    {
        LayerWeights.Check(weights.Length, inputs, outputs, order, Layer, "inputs, outputs", nameof(weights));
        LayerCheck.Bias(bias.Length, outputs, Layer);
        Inputs = inputs;
        Outputs = outputs;
        _bias = bias.IsEmpty ? null : bias.ToArray();
        _matrix = LayerWeights.Pack(weights, inputs, outputs, order);
        _product = new(_matrix, activation.Kernel);
        _gate = new(Layer, _matrix);
    }

    /// <summary>K, elements of an input row.</summary>
    public int Inputs { get; }

    /// <summary>N, elements of an output row.</summary>
    public int Outputs { get; }

    /// <summary>y = activation(x × Wᵀ + b).</summary>
    /// <param name="x">[rows, Inputs], row-major.</param>
    /// <param name="y">[rows, Outputs], row-major; apart from <paramref name="x"/>.</param>
    /// <param name="rows">Rows, 0 or more.</param>
    /// <param name="threads">The most threads to use, 1 or more; small products use one. Sums may be rounded at other places with more of them.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="rows"/> is below 0 or <paramref name="threads"/> below 1.</exception>
    /// <exception cref="ArgumentException">A length is not rows times the width, or the spans overlap.</exception>
    /// <exception cref="ObjectDisposedException">The layer was disposed.</exception>
    public void Run(ReadOnlySpan<float> x, Span<float> y, int rows, int threads = 1)
    {
        LayerCheck.Run(x, Inputs, y, Outputs, rows, threads, Layer);
        _gate.Enter();
        try
        {
            fixed (float* px = x, py = y, bias = _bias)
            {
                _product.Run(px, py, rows, bias, null, threads);
            }
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>Lets no run begin any more and frees the weights when the last one has ended. Calling it again does nothing.</summary>
    public void Dispose() => _gate.Close();
}
