namespace Inference.Evaluation.Metrics;

/// <summary>The share of positions whose true class is among the k highest scores; of equal scores the later class ranks first, as in scikit-learn's <c>top_k_accuracy_score</c>. A NaN score ranks last.</summary>
internal sealed class TopKMetric(int k) : SumMetric($"top{k}", higherIsBetter: true, bounded: true, MetricNeeds.Scores)
{
    public override void Describe(in EvaluationRow row, RowTerms terms)
    {
        int classes = ClassProbabilities.Count(this, row.Scores, row.Actual);
        int counted = 0, right = 0;
        for (int i = 0; i < row.Actual.Length; i++)
        {
            if (row.Actual[i] == EvaluationRow.Ignored)
            {
                continue;
            }

            counted++;
            right += IsAmongFirst(row.Scores.Slice(i * classes, classes), row.Actual[i]) ? 1 : 0;
        }

        terms.Add(0, counted);
        terms.Add(1, right);
    }

    public override double Evaluate(SumView sums) => MeanTerms.Value(sums);

    public override IEnumerable<(RowTerms Best, RowTerms Worst)> Extremes(SumView sums) => MeanTerms.UnitExtremes();

    private bool IsAmongFirst(ReadOnlySpan<double> scores, int actual)
    {
        if ((uint)actual >= (uint)scores.Length || double.IsNaN(scores[actual]))
        {
            return false;
        }

        int ahead = 0;
        for (int c = 0; c < scores.Length; c++)
        {
            ahead += scores[c] > scores[actual] || (scores[c] == scores[actual] && c > actual) ? 1 : 0;
        }

        return ahead < k;
    }
}
