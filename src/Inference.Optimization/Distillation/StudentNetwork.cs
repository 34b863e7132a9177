using System.Numerics.Tensors;

namespace Inference.Optimization.Distillation;

/// <summary>
/// A small network: standardized numbers, an embedding for each categorical column and, optionally, the dot products of all pairs of embeddings, through dense layers with Relu.
/// Forward and backward pass for one row; all parameters in one array.
/// </summary>
internal sealed class StudentNetwork
{
    private readonly int[] _tableStart;
    private readonly int[] _layerStart;

    public StudentNetwork(StudentFeatures features, StudentOptions options, int outputs, int seed)
    {
        Numeric = features.NumericWidth;
        Fields = features.CategoricalWidth;
        Embedding = options.EmbeddingSize;
        Cardinalities = features.Cardinalities;
        Interactions = options.DotInteractions ? Fields * (Fields - 1) / 2 : 0;
        InputWidth = Numeric + (Fields * Embedding) + Interactions;
        Widths = [InputWidth, .. options.Hidden, outputs];
        _tableStart = new int[Fields];
        int at = 0;
        for (int f = 0; f < Fields; f++)
        {
            _tableStart[f] = at;
            at += Cardinalities[f] * Embedding;
        }

        _layerStart = new int[Widths.Length - 1];
        for (int l = 0; l < _layerStart.Length; l++)
        {
            _layerStart[l] = at;
            at += (Widths[l] + 1) * Widths[l + 1];
        }

        Parameters = new float[at];
        var random = new Random(seed);
        for (int i = 0; i < (Fields == 0 ? 0 : _layerStart[0]); i++)
        {
            Parameters[i] = Normal(random) * 0.1f;
        }

        for (int l = 0; l < _layerStart.Length; l++)
        {
            float scale = MathF.Sqrt((l == _layerStart.Length - 1 ? 1f : 2f) / Widths[l]);
            for (int i = 0; i < Widths[l] * Widths[l + 1]; i++)
            {
                Parameters[_layerStart[l] + i] = Normal(random) * scale;
            }
        }

        Activations = [.. Widths.Select(w => new float[w])];
        Deltas = [.. Widths.Select(w => new float[w])];
    }

    public int Numeric { get; }

    public int Fields { get; }

    public int Embedding { get; }

    public int Interactions { get; }

    public int InputWidth { get; }

    public int[] Cardinalities { get; }

    public int[] Widths { get; }

    public float[] Parameters { get; }

    public int Layers => _layerStart.Length;

    private float[][] Activations { get; }

    private float[][] Deltas { get; }

    /// <summary>The table of a categorical column, [cardinality, embedding].</summary>
    public ReadOnlySpan<float> Table(int field) => Parameters.AsSpan(_tableStart[field], Cardinalities[field] * Embedding);

    /// <summary>The weights of a layer, [out, in].</summary>
    public ReadOnlySpan<float> Weights(int layer) => Parameters.AsSpan(_layerStart[layer], Widths[layer] * Widths[layer + 1]);

    public ReadOnlySpan<float> Bias(int layer) => Parameters.AsSpan(_layerStart[layer] + (Widths[layer] * Widths[layer + 1]), Widths[layer + 1]);

    /// <summary>The outputs (before any softmax or sigmoid) for one row; valid until the next call.</summary>
    public ReadOnlySpan<float> Forward(ReadOnlySpan<float> values, ReadOnlySpan<int> ids)
    {
        float[] input = Activations[0];
        values.CopyTo(input);
        for (int f = 0; f < Fields; f++)
        {
            Parameters.AsSpan(Row(f, ids[f]), Embedding).CopyTo(input.AsSpan(Numeric + (f * Embedding)));
        }

        int at = Numeric + (Fields * Embedding);
        for (int a = 0; Interactions > 0 && a < Fields; a++)
        {
            for (int b = a + 1; b < Fields; b++)
            {
                input[at++] = TensorPrimitives.Dot(input.AsSpan(Numeric + (a * Embedding), Embedding), input.AsSpan(Numeric + (b * Embedding), Embedding));
            }
        }

        for (int l = 0; l < Layers; l++)
        {
            ReadOnlySpan<float> weights = Weights(l);
            ReadOnlySpan<float> bias = Bias(l);
            for (int o = 0; o < Widths[l + 1]; o++)
            {
                float sum = TensorPrimitives.Dot<float>(weights.Slice(o * Widths[l], Widths[l]), Activations[l]) + bias[o];
                Activations[l + 1][o] = l < Layers - 1 ? Math.Max(0, sum) : sum;
            }
        }

        return Activations[^1];
    }

    /// <summary>Adds the gradient of the row of the last call of <see cref="Forward"/>.</summary>
    /// <param name="outputGradient">dLoss/dOutput.</param>
    /// <param name="ids">The row's ids.</param>
    /// <param name="gradient">The gradient to add to, of the length of <see cref="Parameters"/>.</param>
    public void Backward(ReadOnlySpan<float> outputGradient, ReadOnlySpan<int> ids, Span<float> gradient)
    {
        outputGradient.CopyTo(Deltas[^1]);
        for (int l = Layers - 1; l >= 0; l--)
        {
            ReadOnlySpan<float> weights = Weights(l);
            Span<float> below = Deltas[l];
            below.Clear();
            int biasStart = _layerStart[l] + (Widths[l] * Widths[l + 1]);
            for (int o = 0; o < Widths[l + 1]; o++)
            {
                float delta = Deltas[l + 1][o];
                if (delta == 0)
                {
                    continue;
                }

                Span<float> target = gradient.Slice(_layerStart[l] + (o * Widths[l]), Widths[l]);
                TensorPrimitives.MultiplyAdd(Activations[l], delta, target, target);
                TensorPrimitives.MultiplyAdd(weights.Slice(o * Widths[l], Widths[l]), delta, below, below);
                gradient[biasStart + o] += delta;
            }

            for (int i = 0; l > 0 && i < below.Length; i++)
            {
                below[i] = Activations[l][i] > 0 ? below[i] : 0;
            }
        }

        int at = Numeric + (Fields * Embedding);
        for (int a = 0; Interactions > 0 && a < Fields; a++)
        {
            for (int b = a + 1; b < Fields; b++)
            {
                float delta = Deltas[0][at++];
                AddScaled(a, b, delta);
                AddScaled(b, a, delta);
            }
        }

        for (int f = 0; f < Fields; f++)
        {
            Span<float> target = gradient.Slice(Row(f, ids[f]), Embedding);
            TensorPrimitives.Add(target, Deltas[0].AsSpan(Numeric + (f * Embedding), Embedding), target);
        }
    }

    private void AddScaled(int to, int from, float delta)
    {
        Span<float> target = Deltas[0].AsSpan(Numeric + (to * Embedding), Embedding);
        TensorPrimitives.MultiplyAdd(Activations[0].AsSpan(Numeric + (from * Embedding), Embedding), delta, target, target);
    }

    // Ids not seen in training share the last row.
    private int Row(int field, int id) => _tableStart[field] + (Math.Min(id, Cardinalities[field] - 1) * Embedding);

    private static float Normal(Random random) => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
}
