namespace Inference.Evaluation.Metrics;

/// <summary>The mean of the recalls of all classes that occur as true. Source: Brodersen et al., "The balanced accuracy and its posterior distribution", 2010.</summary>
internal sealed class BalancedAccuracyMetric() : SumMetric("balanced_accuracy", higherIsBetter: true, bounded: true, MetricNeeds.Classes)
{
    public override void Describe(in EvaluationRow row, RowTerms terms) => ClassTerms.Describe(this, row, terms);

    public override double Evaluate(SumView sums)
    {
        double total = 0;
        int seen = 0;
        for (int i = 0; i < ClassTerms.Classes(sums); i++)
        {
            if (sums[ClassTerms.True(i)] > 0)
            {
                total += sums[ClassTerms.Hits(i)] / sums[ClassTerms.True(i)];
                seen++;
            }
        }

        return total / seen;
    }

    public override IEnumerable<(RowTerms Best, RowTerms Worst)> Extremes(SumView sums) => ClassTerms.Extremes(sums);
}
