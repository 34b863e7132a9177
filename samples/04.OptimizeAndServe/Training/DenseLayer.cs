using System.Numerics.Tensors;
using Inference.Kernels.Gemm;
using OptimizeAndServe.World;

namespace OptimizeAndServe.Training;

/// <summary>Y = X·W + b, optionally max(Y, 0): X [rows, inputs], W [inputs, outputs], Y [rows, outputs], all row-major.</summary>
internal sealed class DenseLayer
{
    private readonly bool _relu;
    private readonly float[] _weightGradient;
    private readonly float[] _biasGradient;
    private readonly AdamState _weightState;
    private readonly AdamState _biasState;

    public DenseLayer(int inputs, int outputs, bool relu, Random random)
    {
        Inputs = inputs;
        Outputs = outputs;
        _relu = relu;
        Weights = new float[inputs * outputs];
        Bias = new float[outputs];
        float scale = MathF.Sqrt((relu ? 2f : 1f) / inputs);
        for (int i = 0; i < Weights.Length; i++)
        {
            Weights[i] = scale * random.Normal();
        }

        _weightGradient = new float[Weights.Length];
        _biasGradient = new float[outputs];
        _weightState = new AdamState(Weights.Length);
        _biasState = new AdamState(outputs);
    }

    public int Inputs { get; }

    public int Outputs { get; }

    public float[] Weights { get; }

    public float[] Bias { get; }

    public void Forward(float[] x, float[] y, int rows)
    {
        MatrixProduct.Multiply(x, transposeA: false, Weights, transposeB: false, y, rows, Outputs, Inputs, threads: Environment.ProcessorCount);
        for (int r = 0; r < rows; r++)
        {
            Span<float> row = y.AsSpan(r * Outputs, Outputs);
            TensorPrimitives.Add(row, Bias, row);
            if (_relu)
            {
                TensorPrimitives.Max(row, 0f, row);
            }
        }
    }

    /// <summary>Adds to this layer's gradients and computes the gradient at its input.</summary>
    /// <param name="x">The input of <see cref="Forward"/>.</param>
    /// <param name="y">Its output.</param>
    /// <param name="dy">The gradient at the output; set to 0 for elements cut off by relu.</param>
    /// <param name="dx">Receives the gradient at the input; null if it is not needed.</param>
    /// <param name="rows">Rows of x.</param>
    public void Backward(float[] x, float[] y, float[] dy, float[]? dx, int rows)
    {
        int count = rows * Outputs;
        if (_relu)
        {
            for (int i = 0; i < count; i++)
            {
                dy[i] = y[i] > 0 ? dy[i] : 0;
            }
        }

        for (int r = 0; r < rows; r++)
        {
            TensorPrimitives.Add(_biasGradient, dy.AsSpan(r * Outputs, Outputs), _biasGradient);
        }

        MatrixProduct.Multiply(x, transposeA: true, dy, transposeB: false, _weightGradient, Inputs, Outputs, rows, accumulate: true, Environment.ProcessorCount);
        if (dx is not null)
        {
            MatrixProduct.Multiply(dy, transposeA: false, Weights, transposeB: true, dx, rows, Inputs, Outputs, threads: Environment.ProcessorCount);
        }
    }

    /// <summary>One step against the gradients, which are reset to 0.</summary>
    public void Step(float rate)
    {
        _weightState.Step(Weights, _weightGradient, rate);
        _biasState.Step(Bias, _biasGradient, rate);
    }
}
