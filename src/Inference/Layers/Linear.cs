using Inference.Kernels.Gemm;

namespace Inference.Layers;

/// <summary>
/// A fully connected layer in f32: y[M,N] = activation(x[M,K] × Wᵀ + b), K inputs, N outputs. Results are bit-identical to the graph nodes MatMul and Gemm and their fused forms,
/// which run the same code. Weights are copied and packed when the layer is created. Immutable and thread-safe. A run allocates no managed memory.
/// Runs in flight when the layer is disposed are allowed to finish; the garbage collector frees layers that were never disposed.
/// </summary>
public sealed unsafe class Linear : IDisposable
{
    private const string Layer = nameof(Linear) + " layer";
    private readonly PackedMatrix _matrix;
    private readonly LinearProduct _product;
    private readonly float[]? _bias;
    private readonly LayerGate _gate;

    /// <summary>Creates a layer.</summary>
    /// <param name="weights">W, inputs · outputs elements in the order given by <paramref name="order"/>; copied.</param>
    /// <param name="inputs">K, 1 or more.</param>
    /// <param name="outputs">N, 1 or more.</param>
    /// <param name="bias">b[outputs], or empty for none; copied.</param>
    /// <param name="activation">The activation, applied last; none by default.</param>
    /// <param name="order">The order of W in <paramref name="weights"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is less than 1, or the order is not a value of the enumeration.</exception>
    /// <exception cref="ArgumentException">A length does not match the sizes.</exception>
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

    /// <summary>K, the number of elements in an input row.</summary>
    public int Inputs { get; }

    /// <summary>N, the number of elements in an output row.</summary>
    public int Outputs { get; }

    /// <summary>y = activation(x × Wᵀ + b).</summary>
    /// <param name="x">[rows, Inputs], row-major.</param>
    /// <param name="y">[rows, Outputs], row-major; must not overlap <paramref name="x"/>.</param>
    /// <param name="rows">The number of rows, 0 or more.</param>
    /// <param name="threads">The maximum number of threads, 1 or more; small products use one. May affect the rounding of sums.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="rows"/> is less than 0 or <paramref name="threads"/> is less than 1.</exception>
    /// <exception cref="ArgumentException">A length is not the number of rows times the row width, or the spans overlap.</exception>
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

    /// <summary>Prevents further runs and frees the weights after the last run has ended. Further calls have no effect.</summary>
    public void Dispose() => _gate.Close();
}
