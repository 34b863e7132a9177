namespace Inference.Evaluation.Metrics;

/// <summary>The weighted mean of errors in each column, then the unweighted mean over columns, as scikit-learn's <c>uniform_average</c>: MAE, MSE, RMSE, MAPE, pinball loss.</summary>
internal sealed class ErrorMetric(string name, ErrorKind kind, double quantile = 0.5) : SumMetric(name, higherIsBetter: false, bounded: false, MetricNeeds.Values)
{
    // What divides a difference at least, as in scikit-learn.
    private const double Least = LogLossMetric.Least;

    public override void Describe(in EvaluationRow row, RowTerms terms)
    {
        int columns = ColumnTerms.Check(this, row);
        ColumnTerms.Count(terms, columns);
        for (int i = 0; i < columns; i++)
        {
            double difference = row.Truth[i] - row.Values[i];
            terms.Add(ColumnTerms.First + i, kind switch
            {
                ErrorKind.Absolute => Math.Abs(difference),
                ErrorKind.Percentage => Math.Abs(difference) / Math.Max(Math.Abs(row.Truth[i]), Least),
                ErrorKind.Pinball => Math.Max(quantile * difference, (quantile - 1) * difference),
                _ => difference * difference,
            });
        }
    }

    public override double Evaluate(SumView sums)
    {
        int columns = ColumnTerms.Columns(this, sums);
        double total = 0;
        for (int i = 0; i < columns; i++)
        {
            double mean = sums[ColumnTerms.First + i] / sums[ColumnTerms.Weight];
            total += kind == ErrorKind.RootSquared ? Math.Sqrt(Math.Max(mean, 0)) : mean;
        }

        return total / columns;
    }
}
