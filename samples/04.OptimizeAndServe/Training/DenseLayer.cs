using System.Numerics.Tensors;
using Inference.Kernels.Elementwise;
using Inference.Kernels.Gemm;
using OptimizeAndServe.World;

namespace OptimizeAndServe.Training;

/// <summary>Y = X·W + b, and where asked max(Y, 0): X [rows, inputs], W [inputs, outputs], Y [rows, outputs], all row-major.</summary>
internal sealed unsafe class DenseLayer
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
        fixed (float* px = x, py = y, pw = Weights, pb = Bias)
        {
            var epilogue = new GemmEpilogue { Bias = pb, Activation = _relu ? Activation.Relu : default };
            GemmF32.Run(px, Inputs, false, pw, Outputs, false, py, Outputs, rows, Outputs, Inputs, 1, in epilogue, Environment.ProcessorCount);
        }
    }

    /// <summary>Adds to this layer's gradients and gives the gradient at its input.</summary>
    /// <param name="x">What <see cref="Forward"/> was given.</param>
    /// <param name="y">What it gave.</param>
    /// <param name="dy">The gradient there; where the layer is a relu, set to 0 where it was cut off.</param>
    /// <param name="dx">Receives the gradient at the input; null where nobody needs it.</param>
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

        fixed (float* px = x, pdy = dy, pw = Weights, pg = _weightGradient, pdx = dx)
        {
            var add = new GemmEpilogue { Accumulate = true };
            var store = default(GemmEpilogue);
            GemmF32.Run(px, Inputs, true, pdy, Outputs, false, pg, Outputs, Inputs, Outputs, rows, 1, in add, Environment.ProcessorCount);
            if (dx is not null)
            {
                GemmF32.Run(pdy, Outputs, false, pw, Outputs, true, pdx, Inputs, rows, Inputs, Outputs, 1, in store, Environment.ProcessorCount);
            }
        }
    }

    /// <summary>One step against the gradients, which start again from 0.</summary>
    public void Step(float rate)
    {
        _weightState.Step(Weights, _weightGradient, rate);
        _biasState.Step(Bias, _biasGradient, rate);
    }
}
