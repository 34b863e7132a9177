namespace Inference.Evaluation.Metrics;

/// <summary>The mean over rows of 1 ÷ rank of the first relevant item (<see cref="EvaluationRow.Truth"/> above 0); items with equal scores all have the last of their ranks, as in scikit-learn's
/// <c>label_ranking_average_precision_score</c>. A list without a relevant item counts as 0.</summary>
internal sealed class ReciprocalRankMetric() : SumMetric("mrr", higherIsBetter: true, bounded: true, MetricNeeds.Values)
{
    public override void Describe(in EvaluationRow row, RowTerms terms)
    {
        int items = ColumnTerms.Check(this, row);
        double best = double.NegativeInfinity;
        bool relevant = false;
        for (int i = 0; i < items; i++)
        {
            if (row.Truth[i] > 0)
            {
                relevant = true;
                best = Math.Max(best, row.Values[i]);
            }
        }

        int rank = 0;
        foreach (double score in row.Values)
        {
            rank += score >= best ? 1 : 0;
        }

        // A NaN score has no rank.
        MeanTerms.Add(terms, !relevant ? 0 : rank == 0 ? double.NaN : 1.0 / rank);
    }

    public override double Evaluate(SumView sums) => MeanTerms.Value(sums);

    public override IEnumerable<(RowTerms Best, RowTerms Worst)> Extremes(SumView sums) => MeanTerms.UnitExtremes();
}
