using Inference.Onnx;

namespace Inference.Benchmarks.Soak;

/// <summary>The model that is soaked, made in code: y = tanh(relu(x · W1) · W2), x: float32[batch,16], y: float32[batch,8]; each version has weights of its own. And the rows it is asked.</summary>
internal sealed class SoakModel
{
    public const int Features = 16;
    public const int Outputs = 8;
    public const int Rows = 512;

    /// <summary>Rows of a batch at most.</summary>
    public const int MaxBatch = 32;

    private const int Hidden = 64;

    private readonly float[][] _rows = new float[Rows][];
    private readonly Dictionary<string, List<float[]>[]> _answers = [];

    public SoakModel(int seed)
    {
        var random = new Random(seed);
        for (int r = 0; r < Rows; r++)
        {
            _rows[r] = [.. Enumerable.Range(0, Features).Select(_ => random.NextSingle() * 2 - 1)];
        }
    }

    public float[] Row(int index) => _rows[index];

    /// <summary>
    /// Whether an answer is, bit by bit, one that the version gives for this row when it is run directly, outside all middleware, in a batch of 1 to <see cref="MaxBatch"/> rows at any place. (Kernels
    /// reduce in another order in the last, incomplete tile of a batch, so that the last bit of a row may depend on the batch it was in.)
    /// </summary>
    public bool IsExact(string version, int row, ReadOnlySpan<float> answer)
    {
        if (_answers.TryGetValue(version, out List<float[]>[]? answers))
        {
            foreach (float[] known in answers[row])
            {
                if (answer.SequenceEqual(known))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Whether an answer is within 1e-5 of one the version gives.</summary>
    public bool IsClose(string version, int row, ReadOnlySpan<float> answer)
    {
        if (!_answers.TryGetValue(version, out List<float[]>[]? answers))
        {
            return false;
        }

        for (int i = 0; i < Outputs; i++)
        {
            if (!(Math.Abs(answer[i] - answers[row][0][i]) <= 1e-5f))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Publishes a version by a rename.</summary>
    public static void Publish(string root, string version, byte[] bytes)
    {
        string aside = Path.Combine(root, "." + version + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(aside);
        File.WriteAllBytes(Path.Combine(aside, "model.onnx"), bytes);
        string final = Path.Combine(root, version);
        if (Directory.Exists(final))
        {
            Directory.Delete(final, recursive: true);
        }

        Directory.Move(aside, final);
    }

    /// <summary>Runs every row on a version in batches of every size at every place, outside all middleware.</summary>
    public void Learn(string version, byte[] bytes)
    {
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(bytes));
        var answers = new List<float[]>[Rows];
        for (int r = 0; r < Rows; r++)
        {
            answers[r] = [];
        }

        for (int batch = 1; batch <= MaxBatch; batch++)
        {
            // Rows start, start + 1, …: over all starts each row stands once at each place.
            for (int start = 0; start < Rows; start++)
            {
                LearnBatch(runner, answers, start, batch);
            }
        }

        _answers[version] = answers;
    }

    private void LearnBatch(IModelRunner runner, List<float[]>[] answers, int start, int batch)
    {
        float[] x = new float[batch * Features];
        for (int i = 0; i < batch; i++)
        {
            _rows[(start + i) % Rows].CopyTo(x, i * Features);
        }

        using var inputs = new NamedValues { ["x"] = TensorValue.Borrow<float>(x, [batch, Features]) };
        using NamedValues outputs = runner.Run(inputs);
        for (int i = 0; i < batch; i++)
        {
            ReadOnlySpan<float> answer = outputs["y"].AsSpan<float>().Slice(i * Outputs, Outputs);
            List<float[]> known = answers[(start + i) % Rows];
            bool isNew = true;
            foreach (float[] other in known)
            {
                isNew &= !answer.SequenceEqual(other);
            }

            if (isNew)
            {
                known.Add(answer.ToArray());
            }
        }
    }

    public static byte[] Make(int seed)
    {
        var random = new Random(seed);
        float[] Weights(int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() - 0.5f) * 0.5f)];
        using var model = new OnnxModel { IrVersion = 8, ProducerName = "soak" };
        model.OperatorSets.Add(new OnnxOperatorSet("", 17));
        model.Graph.Name = "soak";
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, "batch", Features)));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, "batch", Outputs)));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("w1", Weights(Features * Hidden), Features, Hidden));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("w2", Weights(Hidden * Outputs), Hidden, Outputs));
        model.Graph.Nodes.Add(new OnnxNode("MatMul", ["x", "w1"], ["h"]));
        model.Graph.Nodes.Add(new OnnxNode("Relu", ["h"], ["r"]));
        model.Graph.Nodes.Add(new OnnxNode("MatMul", ["r", "w2"], ["l"]));
        model.Graph.Nodes.Add(new OnnxNode("Tanh", ["l"], ["y"]));
        return model.ToArray();
    }
}
