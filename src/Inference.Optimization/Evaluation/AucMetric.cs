namespace Inference.Optimization.Evaluation;

/// <summary>The area under the receiver operating characteristic: the share of (positive, negative) pairs that the score orders rightly, ties counting half.</summary>
internal sealed class AucMetric() : Metric("auc", higherIsBetter: true, bounded: true)
{
    /// <summary>The score of the positive class: the single column, or the second less the first.</summary>
    public static float[] Scores(Predictions predictions)
    {
        var scores = new float[predictions.Rows];
        for (int row = 0; row < scores.Length; row++)
        {
            ReadOnlySpan<float> values = predictions.Row(row);
            scores[row] = values.Length switch
            {
                1 => values[0],
                2 => values[1] - values[0],
                _ => throw new OptimizationException($"Metric 'auc': expected one or two output columns, got {values.Length}. Use accuracy for more classes."),
            };
        }

        return scores;
    }

    internal override PreparedMetric Prepare(Predictions predictions, float[] labels) => new Sorted(Scores(predictions), labels);

    private sealed class Sorted : PreparedMetric
    {
        private readonly int[] _order;
        private readonly float[] _scores;
        private readonly float[] _labels;

        public Sorted(float[] scores, float[] labels)
        {
            _scores = scores;
            _labels = labels;
            _order = [.. Enumerable.Range(0, scores.Length)];
            Array.Sort((float[])scores.Clone(), _order);
        }

        public override double Value(ReadOnlySpan<int> weights)
        {
            double pairs = 0;
            double negativesBelow = 0;
            double positives = 0;
            int i = 0;
            while (i < _order.Length)
            {
                float score = _scores[_order[i]];
                double tiedPositives = 0;
                double tiedNegatives = 0;
                for (; i < _order.Length && _scores[_order[i]] == score; i++)
                {
                    int row = _order[i];
                    if (_labels[row] > 0.5f)
                    {
                        tiedPositives += weights[row];
                    }
                    else
                    {
                        tiedNegatives += weights[row];
                    }
                }

                pairs += tiedPositives * (negativesBelow + (tiedNegatives / 2));
                negativesBelow += tiedNegatives;
                positives += tiedPositives;
            }

            return pairs / (positives * negativesBelow);
        }
    }
}
