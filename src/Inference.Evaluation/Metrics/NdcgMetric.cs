namespace Inference.Evaluation.Metrics;

/// <summary>
/// The mean over rows of the normalized discounted cumulative gain: a row is a list, <see cref="EvaluationRow.Values"/> its scores, <see cref="EvaluationRow.Truth"/> its relevances ≥ 0.
/// DCG@k = Σ_{rank r ≤ k} relevance ÷ log₂(r + 1); items with equal scores share the mean of their ranks' discounts; the ideal order breaks no ties. A list without relevant items counts as 0.
/// </summary>
/// <remarks>As scikit-learn's <c>ndcg_score</c>. Sources: Järvelin and Kekäläinen, 2002; McSherry and Najork (ties), 2008.</remarks>
internal sealed class NdcgMetric(int? k) : SumMetric(k is null ? "ndcg" : $"ndcg{k}", higherIsBetter: true, bounded: true, MetricNeeds.Values)
{
    public override void Describe(in EvaluationRow row, RowTerms terms)
    {
        int items = ColumnTerms.Check(this, row);
        double[] scores = row.Values.ToArray(), relevance = row.Truth.ToArray();
        if (Array.Exists(relevance, static r => r < 0))
        {
            throw Wrong("relevances ≥ 0", $"{relevance.Min()}");
        }

        if (Array.Exists(scores, double.IsNaN))
        {
            // A NaN score has no rank.
            MeanTerms.Add(terms, double.NaN);
            return;
        }

        double ideal = Ideal((double[])relevance.Clone());
        Array.Sort(scores, relevance);
        double gain = 0;
        int rank = 0;
        for (int end = items; end > 0;)
        {
            int start = end - 1;
            double sum = relevance[start];
            while (start > 0 && scores[start - 1] == scores[end - 1])
            {
                sum += relevance[--start];
            }

            double discounts = 0;
            for (int i = start; i < end; i++)
            {
                discounts += Discount(rank++);
            }

            gain += sum / (end - start) * discounts;
            end = start;
        }

        MeanTerms.Add(terms, ideal > 0 ? gain / ideal : double.IsNaN(ideal) ? double.NaN : 0);
    }

    public override double Evaluate(SumView sums) => MeanTerms.Value(sums);

    public override IEnumerable<(RowTerms Best, RowTerms Worst)> Extremes(SumView sums) => MeanTerms.UnitExtremes();

    private double Ideal(double[] relevance)
    {
        Array.Sort(relevance);
        double sum = 0;
        for (int i = 0; i < relevance.Length; i++)
        {
            sum += relevance[^(i + 1)] * Discount(i);
        }

        return sum;
    }

    private double Discount(int rank) => rank < (k ?? int.MaxValue) ? 1 / Math.Log2(rank + 2) : 0;
}
