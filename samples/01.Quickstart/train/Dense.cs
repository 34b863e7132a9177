namespace Quickstart.Training;

/// <summary>y = W·x + b, optionally max(y, 0).</summary>
internal sealed class Dense(int inputs, int outputs, bool relu, Random random)
{
    private readonly float[] _output = new float[outputs];
    private readonly float[] _gradient = new float[inputs];
    private float[] _input = [];

    public int Inputs => inputs;

    public int Outputs => outputs;

    /// <summary>[outputs, inputs], row-major.</summary>
    public float[] Weights { get; } = Network.Noise(inputs * outputs, MathF.Sqrt(2f / inputs), random);

    public float[] Bias { get; } = new float[outputs];

    public float[] Forward(float[] input)
    {
        _input = input;
        for (int o = 0; o < outputs; o++)
        {
            float sum = Bias[o];
            for (int i = 0; i < inputs; i++)
            {
                sum += Weights[o * inputs + i] * input[i];
            }

            _output[o] = relu ? MathF.Max(sum, 0) : sum;
        }

        return _output;
    }

    /// <summary>Takes the gradient at the output, updates weights and bias, and returns the gradient at the input.</summary>
    public float[] Backward(float[] gradient, float rate)
    {
        Array.Clear(_gradient);
        for (int o = 0; o < outputs; o++)
        {
            if (relu && _output[o] <= 0)
            {
                continue;
            }

            float g = gradient[o];
            Bias[o] -= rate * g;
            for (int i = 0; i < inputs; i++)
            {
                _gradient[i] += g * Weights[o * inputs + i];
                Weights[o * inputs + i] -= rate * g * _input[i];
            }
        }

        return _gradient;
    }
}
