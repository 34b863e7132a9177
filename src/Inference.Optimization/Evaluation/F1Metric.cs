namespace Inference.Optimization.Evaluation;

/// <summary>The F1 score of class 1: 2·TP / (2·TP + FP + FN).</summary>
internal sealed class F1Metric() : Metric("f1", higherIsBetter: true, bounded: true)
{
    internal override PreparedMetric Prepare(Predictions predictions, float[] labels)
    {
        float threshold = predictions.Threshold();
        var predicted = new bool[predictions.Rows];
        for (int row = 0; row < predicted.Length; row++)
        {
            predicted[row] = predictions.Class(row, threshold) == 1;
        }

        return new Counts(predicted, labels);
    }

    private sealed class Counts(bool[] predicted, float[] labels) : PreparedMetric
    {
        public override double Value(ReadOnlySpan<int> weights)
        {
            double hits = 0;
            double errors = 0;
            for (int i = 0; i < predicted.Length; i++)
            {
                bool actual = (int)labels[i] == 1;
                hits += predicted[i] && actual ? weights[i] : 0;
                errors += predicted[i] != actual ? weights[i] : 0;
            }

            return 2 * hits / ((2 * hits) + errors);
        }
    }
}
