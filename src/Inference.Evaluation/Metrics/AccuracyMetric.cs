namespace Inference.Evaluation.Metrics;

/// <summary>The share of positions whose predicted class is the true one: Σw·[ŷ = y] ÷ Σw. With sequences it is token accuracy.</summary>
internal sealed class AccuracyMetric(string name) : SumMetric(name, higherIsBetter: true, bounded: true, MetricNeeds.Classes)
{
    public override void Describe(in EvaluationRow row, RowTerms terms)
    {
        if (row.Actual.Length == 0 || row.Predicted.Length != row.Actual.Length)
        {
            throw Wrong("a predicted and a true class for each position", $"{row.Predicted.Length} and {row.Actual.Length}");
        }

        int counted = 0, right = 0;
        for (int i = 0; i < row.Actual.Length; i++)
        {
            counted += row.Actual[i] != EvaluationRow.Ignored ? 1 : 0;
            right += row.Actual[i] >= 0 && row.Actual[i] == row.Predicted[i] ? 1 : 0;
        }

        terms.Add(ClassTerms.Weight, counted);
        terms.Add(ClassTerms.Right, right);
    }

    public override double Evaluate(SumView sums) => sums[ClassTerms.Right] / sums[ClassTerms.Weight];

    public override IEnumerable<(RowTerms Best, RowTerms Worst)> Extremes(SumView sums) => MeanTerms.UnitExtremes();
}
