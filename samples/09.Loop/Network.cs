using Inference.Onnx;

namespace Loop;

/// <summary>A network of one hidden layer, σ(max(x·W₁ + b₁, 0)·W₂ + b₂), trained by Adam on the cross entropy. Source of Adam: Kingma and Ba, 2014.</summary>
internal sealed class Network
{
    private const int Hidden = 24;
    private const int Batch = 32;
    private const float Rate = 0.01f;

    // W₁ [6, hidden], b₁ [hidden], W₂ [hidden], b₂ [1], one after another.
    private const int Bias1 = Customers.Features * Hidden;
    private const int Weights2 = Bias1 + Hidden;
    private const int Bias2 = Weights2 + Hidden;

    private readonly float[] _parameters = new float[Bias2 + 1];

    private Network()
    {
    }

    /// <summary>Trains a network.</summary>
    public static Network Train(LabelledRows rows, int epochs, int seed)
    {
        var network = new Network();
        var random = new Random(seed);
        for (int i = 0; i < network._parameters.Length; i++)
        {
            bool isBias = i is >= Bias1 and < Weights2 or Bias2;
            network._parameters[i] = isBias ? 0 : (float)((random.NextDouble() - 0.5) * 2 / Math.Sqrt(i < Bias1 ? Customers.Features : Hidden));
        }

        int[] order = [.. Enumerable.Range(0, rows.Count)];
        float[] gradient = new float[network._parameters.Length], mean = new float[gradient.Length], square = new float[gradient.Length];
        int step = 0;
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            random.Shuffle(order);
            for (int from = 0; from < order.Length; from += Batch)
            {
                int[] batch = order[from..Math.Min(from + Batch, order.Length)];
                Array.Clear(gradient);
                foreach (int row in batch)
                {
                    network.AddGradient(rows.Features.AsSpan(row * Customers.Features, Customers.Features), rows.Labels[row], gradient, 1f / batch.Length);
                }

                network.Step(gradient, mean, square, ++step);
            }
        }

        return network;
    }

    /// <summary>The network with all answers turned: a model that somebody should not have published.</summary>
    public Network Turned()
    {
        var turned = new Network();
        _parameters.CopyTo(turned._parameters, 0);
        for (int i = Weights2; i <= Bias2; i++)
        {
            turned._parameters[i] = -_parameters[i];
        }

        return turned;
    }

    /// <summary>Writes it as ONNX: <c>features</c> float[rows, 6] to <c>probability</c> float[rows, 1].</summary>
    public OnnxModel ToModel()
    {
        var model = new OnnxModel { IrVersion = 8, ProducerName = "Inference sample" };
        model.OperatorSets.Add(new OnnxOperatorSet("", 13));
        OnnxGraph graph = model.Graph;
        graph.Name = "buyers";
        graph.Inputs.Add(new OnnxValueInfo("features", OnnxType.Tensor(OnnxElementType.Float32, "rows", Customers.Features)));
        graph.Outputs.Add(new OnnxValueInfo("probability", OnnxType.Tensor(OnnxElementType.Float32, "rows", 1)));
        graph.Initializers.Add(OnnxTensor.Create<float>("w1", _parameters.AsSpan(0, Bias1).ToArray(), Customers.Features, Hidden));
        graph.Initializers.Add(OnnxTensor.Create<float>("b1", _parameters.AsSpan(Bias1, Hidden).ToArray(), Hidden));
        graph.Initializers.Add(OnnxTensor.Create<float>("w2", _parameters.AsSpan(Weights2, Hidden).ToArray(), Hidden, 1));
        graph.Initializers.Add(OnnxTensor.Create<float>("b2", _parameters.AsSpan(Bias2, 1).ToArray(), 1));
        graph.Nodes.Add(new OnnxNode("Gemm", ["features", "w1", "b1"], ["sum"]));
        graph.Nodes.Add(new OnnxNode("Relu", ["sum"], ["hidden"]));
        graph.Nodes.Add(new OnnxNode("Gemm", ["hidden", "w2", "b2"], ["logit"]));
        graph.Nodes.Add(new OnnxNode("Sigmoid", ["logit"], ["probability"]));
        return model;
    }

    private void AddGradient(ReadOnlySpan<float> x, float label, float[] gradient, float weight)
    {
        Span<float> hidden = stackalloc float[Hidden];
        float logit = _parameters[Bias2];
        for (int h = 0; h < Hidden; h++)
        {
            float sum = _parameters[Bias1 + h];
            for (int j = 0; j < x.Length; j++)
            {
                sum += x[j] * _parameters[(j * Hidden) + h];
            }

            hidden[h] = MathF.Max(sum, 0);
            logit += hidden[h] * _parameters[Weights2 + h];
        }

        float error = weight * ((1 / (1 + MathF.Exp(-logit))) - label);
        gradient[Bias2] += error;
        for (int h = 0; h < Hidden; h++)
        {
            gradient[Weights2 + h] += error * hidden[h];
            if (hidden[h] <= 0)
            {
                continue;
            }

            float back = error * _parameters[Weights2 + h];
            gradient[Bias1 + h] += back;
            for (int j = 0; j < x.Length; j++)
            {
                gradient[(j * Hidden) + h] += back * x[j];
            }
        }
    }

    private void Step(float[] gradient, float[] mean, float[] square, int step)
    {
        float first = 1 - MathF.Pow(0.9f, step), second = 1 - MathF.Pow(0.999f, step);
        for (int i = 0; i < gradient.Length; i++)
        {
            mean[i] += 0.1f * (gradient[i] - mean[i]);
            square[i] += 0.001f * ((gradient[i] * gradient[i]) - square[i]);
            _parameters[i] -= Rate * (mean[i] / first) / (MathF.Sqrt(square[i] / second) + 1e-8f);
        }
    }
}
