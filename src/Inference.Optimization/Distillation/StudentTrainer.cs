using Inference.Optimization.Evaluation;

namespace Inference.Optimization.Distillation;

/// <summary>Trains a student on a teacher's outputs: mini-batches by Adam, a learning rate that falls along a cosine, early stopping on validation rows; equal seeds give equal students.</summary>
internal static class StudentTrainer
{
    // Of a weight for each unit of the learning rate, apart from the gradients (AdamW): holds back what the data does not determine.
    private const float WeightDecay = 1e-3f;

    /// <returns>The validation loss of the returned parameters.</returns>
    public static double Train(
        StudentNetwork network, StudentFeatures features, Predictions targets, int[]? labels, StudentLoss loss, StudentOptions options, OptimizationContext context, CancellationToken cancellationToken)
    {
        var random = new Random(context.Seed);
        int[] order = [.. Enumerable.Range(0, features.Rows)];
        random.Shuffle(order);
        int held = Math.Clamp((int)(features.Rows * options.ValidationShare), 1, features.Rows - 1);
        int[] validation = order[..held];
        int[] training = order[held..];
        var optimizer = new AdamOptimizer(network.Parameters.Length, WeightDecay);
        var gradient = new float[network.Parameters.Length];
        var delta = new float[targets.Columns];
        var wanted = new float[targets.Columns];
        var best = (float[])network.Parameters.Clone();
        double bestLoss = double.PositiveInfinity;
        int waited = 0;
        for (int epoch = 0; epoch < options.Epochs && waited < options.Patience; epoch++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            random.Shuffle(training);
            float rate = (float)(options.LearningRate * (0.01 + (0.99 * 0.5 * (1 + Math.Cos(Math.PI * epoch / options.Epochs)))));
            for (int start = 0; start < training.Length; start += options.MiniBatch)
            {
                Array.Clear(gradient);
                int count = Math.Min(options.MiniBatch, training.Length - start);
                foreach (int row in training.AsSpan(start, count))
                {
                    ReadOnlySpan<int> ids = features.Ids.AsSpan(row * network.Fields, network.Fields);
                    ReadOnlySpan<float> outputs = network.Forward(features.Values.AsSpan(row * network.Numeric, network.Numeric), ids);
                    Target(targets.Row(row), labels is null ? -1 : labels[row], loss, options.LabelShare, wanted);
                    Loss(outputs, wanted, loss, delta);
                    System.Numerics.Tensors.TensorPrimitives.Divide(delta, count, delta);
                    network.Backward(delta, ids, gradient);
                }

                optimizer.Step(network.Parameters, gradient, rate);
            }

            double total = 0;
            foreach (int row in validation)
            {
                ReadOnlySpan<float> outputs = network.Forward(
                    features.Values.AsSpan(row * network.Numeric, network.Numeric), features.Ids.AsSpan(row * network.Fields, network.Fields));
                Target(targets.Row(row), labels is null ? -1 : labels[row], loss, options.LabelShare, wanted);
                total += Loss(outputs, wanted, loss, delta);
            }

            total /= validation.Length;
            waited++;
            if (total < bestLoss)
            {
                (bestLoss, waited) = (total, 0);
                network.Parameters.CopyTo(best, 0);
            }

            context.Report("train", epoch + 1, options.Epochs, FormattableString.Invariant($"validation loss {total:G4}"));
        }

        best.CopyTo(network.Parameters, 0);
        return bestLoss;
    }

    /// <summary>The loss of a row and its gradient with respect to the outputs.</summary>
    internal static double Loss(ReadOnlySpan<float> outputs, ReadOnlySpan<float> wanted, StudentLoss loss, Span<float> gradient)
    {
        double sum = 0;
        if (loss == StudentLoss.SoftLabels)
        {
            System.Numerics.Tensors.TensorPrimitives.SoftMax(outputs, gradient);
            for (int i = 0; i < outputs.Length; i++)
            {
                sum -= wanted[i] * Math.Log(Math.Max(gradient[i], 1e-12f));
                gradient[i] -= wanted[i];
            }

            return sum;
        }

        for (int i = 0; i < outputs.Length; i++)
        {
            if (loss == StudentLoss.BinaryCrossEntropy)
            {
                float p = 1 / (1 + MathF.Exp(-outputs[i]));
                sum -= (wanted[i] * Math.Log(Math.Max(p, 1e-12f))) + ((1 - wanted[i]) * Math.Log(Math.Max(1 - p, 1e-12f)));
                gradient[i] = p - wanted[i];
            }
            else
            {
                float difference = outputs[i] - wanted[i];
                sum += difference * difference;
                gradient[i] = 2 * difference;
            }
        }

        return sum;
    }

    private static void Target(ReadOnlySpan<float> teacher, int label, StudentLoss loss, double labelShare, Span<float> wanted)
    {
        if (loss == StudentLoss.SoftLabels && !IsDistribution(teacher))
        {
            System.Numerics.Tensors.TensorPrimitives.SoftMax(teacher, wanted);
        }
        else
        {
            teacher.CopyTo(wanted);
        }

        if (label < 0 || loss == StudentLoss.SquaredError)
        {
            return;
        }

        for (int i = 0; i < wanted.Length; i++)
        {
            float truth = wanted.Length == 1 ? label : label == i ? 1 : 0;
            wanted[i] += (float)labelShare * (truth - wanted[i]);
        }
    }

    private static bool IsDistribution(ReadOnlySpan<float> values) =>
        System.Numerics.Tensors.TensorPrimitives.Min(values) >= 0 && Math.Abs(System.Numerics.Tensors.TensorPrimitives.Sum(values) - 1) < 1e-3f;
}
