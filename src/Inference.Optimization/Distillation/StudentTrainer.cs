namespace Inference.Optimization.Distillation;

/// <summary>Trains a student on a teacher's outputs: mini-batches by Adam, a learning rate that falls along a cosine, early stopping on validation rows; equal seeds give equal students.</summary>
internal static class StudentTrainer
{
    // Of a weight for each unit of the learning rate, apart from the gradients (AdamW): holds back what the data does not determine.
    private const float WeightDecay = 1e-3f;

    /// <returns>The validation loss of the returned parameters.</returns>
    public static double Train(
        StudentNetwork network, StudentFeatures features, StudentContract contract, float[] targets, float[]? labels, StudentOptions options, OptimizationContext context, CancellationToken cancellationToken)
    {
        var random = new Random(context.Seed);
        int[] order = [.. Enumerable.Range(0, features.Rows)];
        random.Shuffle(order);
        int held = Math.Clamp((int)(features.Rows * options.ValidationShare), 1, features.Rows - 1);
        int[] validation = order[..held];
        int[] training = order[held..];
        var optimizer = new AdamOptimizer(network.Parameters.Length, WeightDecay);
        var gradient = new float[network.Parameters.Length];
        int columns = contract.Columns;
        var delta = new float[columns];
        var wanted = new float[columns];
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
                    Target(contract, targets.AsSpan(row * columns, columns), labels?[row], options.LabelShare, wanted);
                    Loss(contract, outputs, wanted, delta);
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
                Target(contract, targets.AsSpan(row * columns, columns), labels?[row], options.LabelShare, wanted);
                total += Loss(contract, outputs, wanted, delta);
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

    // The mean over the heads' columns, so that an image does not outweigh a score.
    private static double Loss(StudentContract contract, ReadOnlySpan<float> outputs, ReadOnlySpan<float> wanted, Span<float> gradient)
    {
        double sum = 0;
        foreach (StudentHead head in contract.Heads)
        {
            Span<float> part = gradient.Slice(head.Start, head.Width);
            double loss = Loss(outputs.Slice(head.Start, head.Width), wanted.Slice(head.Start, head.Width), head.Loss, part);
            if (head.Loss == StudentLoss.SquaredError && head.Width > 1)
            {
                System.Numerics.Tensors.TensorPrimitives.Divide(part, head.Width, part);
                loss /= head.Width;
            }

            sum += loss;
        }

        return sum;
    }

    private static void Target(StudentContract contract, ReadOnlySpan<float> teacher, float? label, double labelShare, Span<float> wanted)
    {
        teacher.CopyTo(wanted);
        foreach (StudentHead head in contract.Heads)
        {
            // True labels are classes: of one head, or they would be labels of something else.
            if (label is not { } truth || head.Loss == StudentLoss.SquaredError || contract.Heads.Count > 1)
            {
                continue;
            }

            for (int i = 0; i < head.Width; i++)
            {
                float one = head.Width == 1 ? truth : truth == i ? 1 : 0;
                wanted[head.Start + i] += (float)labelShare * (one - wanted[head.Start + i]);
            }
        }
    }
}
