namespace Inference.Evaluation.Metrics;

/// <summary>The mean intersection over union of boxes (x1, y1, x2, y2), x1 ≤ x2 and y1 ≤ y2; a row of several boxes counts as their mean. Two boxes without area count 1 if they are equal, otherwise 0.</summary>
internal sealed class BoxOverlapMetric() : SumMetric("box_iou", higherIsBetter: true, bounded: true, MetricNeeds.Values)
{
    private const int Corners = 4;

    public override void Describe(in EvaluationRow row, RowTerms terms)
    {
        int numbers = ColumnTerms.Check(this, row);
        if (numbers % Corners != 0)
        {
            throw Wrong("boxes of four numbers", $"{numbers} numbers a row");
        }

        double sum = 0;
        for (int i = 0; i < numbers; i += Corners)
        {
            sum += Overlap(row.Values.Slice(i, Corners), row.Truth.Slice(i, Corners));
        }

        MeanTerms.Add(terms, sum / (numbers / Corners));
    }

    public override double Evaluate(SumView sums) => MeanTerms.Value(sums);

    public override IEnumerable<(RowTerms Best, RowTerms Worst)> Extremes(SumView sums) => MeanTerms.UnitExtremes();

    private static double Overlap(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double width = Math.Max(0, Math.Min(a[2], b[2]) - Math.Max(a[0], b[0]));
        double height = Math.Max(0, Math.Min(a[3], b[3]) - Math.Max(a[1], b[1]));
        double both = width * height;
        double union = Area(a) + Area(b) - both;
        return union > 0 ? both / union : double.IsNaN(union) ? double.NaN : a.SequenceEqual(b) ? 1 : 0;
    }

    private static double Area(ReadOnlySpan<double> box) => Math.Max(0, box[2] - box[0]) * Math.Max(0, box[3] - box[1]);
}
