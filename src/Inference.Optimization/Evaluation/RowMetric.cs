namespace Inference.Optimization.Evaluation;

/// <summary>A metric that is the mean of a figure of each row.</summary>
internal sealed class RowMetric(string name, bool higherIsBetter, bool bounded, Func<Predictions, float[], double[]> score) : Metric(name, higherIsBetter, bounded)
{
    public static double[] Accuracy(Predictions predictions, float[] labels)
    {
        float threshold = predictions.Threshold();
        return Rows(predictions, row => predictions.Class(row, threshold) == (int)labels[row] ? 1 : 0);
    }

    public static double[] Top5(Predictions predictions, float[] labels) => Rows(predictions, row =>
    {
        ReadOnlySpan<float> values = predictions.Row(row);
        int label = (int)labels[row];
        if ((uint)label >= (uint)values.Length)
        {
            return 0;
        }

        int above = 0;
        foreach (float value in values)
        {
            above += value > values[label] ? 1 : 0;
        }

        return above < 5 ? 1 : 0;
    });

    public static double[] LogLoss(Predictions predictions, float[] labels)
    {
        bool probabilities = Array.TrueForAll(predictions.Values, v => v is >= 0 and <= 1);
        return Rows(predictions, row => -Math.Log(Math.Max(Probability(predictions.Row(row), (int)labels[row], probabilities), 1e-12)));
    }

    public static double[] Error(Predictions predictions, float[] labels, Func<double, double> measure)
    {
        int width = labels.Length / Math.Max(1, predictions.Rows);
        return width == predictions.Columns
            ? Rows(predictions, row =>
            {
                double sum = 0;
                for (int i = 0; i < width; i++)
                {
                    sum += measure(predictions.Values[(row * width) + i] - (double)labels[(row * width) + i]);
                }

                return sum / width;
            })
            : throw new OptimizationException($"Metric over errors: expected {predictions.Columns} label values a row, as the output has, got {width}. Give labels of the output's shape.");
    }

    internal override PreparedMetric Prepare(Predictions predictions, float[] labels) => new Mean(score(predictions, labels));

    private static double Probability(ReadOnlySpan<float> values, int label, bool probabilities)
    {
        if (values.Length == 1)
        {
            double p = probabilities ? values[0] : 1 / (1 + Math.Exp(-values[0]));
            return label == 1 ? p : 1 - p;
        }

        if ((uint)label >= (uint)values.Length)
        {
            return 0;
        }

        if (probabilities)
        {
            return values[label];
        }

        double max = System.Numerics.Tensors.TensorPrimitives.Max(values);
        double sum = 0;
        foreach (float value in values)
        {
            sum += Math.Exp(value - max);
        }

        return Math.Exp(values[label] - max) / sum;
    }

    private static double[] Rows(Predictions predictions, Func<int, double> figure)
    {
        var result = new double[predictions.Rows];
        for (int row = 0; row < result.Length; row++)
        {
            result[row] = figure(row);
        }

        return result;
    }

    private sealed class Mean(double[] rows) : PreparedMetric
    {
        public override double Value(ReadOnlySpan<int> weights)
        {
            double sum = 0;
            long count = 0;
            for (int i = 0; i < rows.Length; i++)
            {
                sum += rows[i] * weights[i];
                count += weights[i];
            }

            return count == 0 ? double.NaN : sum / count;
        }
    }
}
