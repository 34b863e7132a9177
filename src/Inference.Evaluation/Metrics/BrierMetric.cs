namespace Inference.Evaluation.Metrics;

/// <summary>Mean squared error of probabilities. Two classes: (p₁ − [y = 1])², as scikit-learn's <c>brier_score_loss</c>; more classes: Σ_c (p_c − [y = c])², 0 to 2 (Brier, 1950).</summary>
internal sealed class BrierMetric() : SumMetric("brier", higherIsBetter: false, bounded: true, MetricNeeds.Probabilities)
{
    public override void Describe(in EvaluationRow row, RowTerms terms)
    {
        int classes = ClassProbabilities.Count(this, row.Probabilities, row.Actual);
        int counted = 0;
        double loss = 0;
        for (int i = 0; i < row.Actual.Length; i++)
        {
            if (row.Actual[i] == EvaluationRow.Ignored)
            {
                continue;
            }

            ReadOnlySpan<double> p = row.Probabilities.Slice(i * classes, classes);
            for (int c = classes == 2 ? 1 : 0; c < classes; c++)
            {
                double difference = p[c] - (row.Actual[i] == c ? 1 : 0);
                loss += difference * difference;
            }

            counted++;
        }

        terms.Add(0, counted);
        terms.Add(1, loss);
    }

    public override double Evaluate(SumView sums) => MeanTerms.Value(sums);

    public override IEnumerable<(RowTerms Best, RowTerms Worst)> Extremes(SumView sums) => MeanTerms.UnitExtremes().Select(static pair => (pair.Worst, pair.Best));
}
