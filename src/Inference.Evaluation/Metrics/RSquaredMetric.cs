namespace Inference.Evaluation.Metrics;

/// <summary>R² = 1 − Σw(y − ŷ)² ÷ Σw(y − ȳ)² in each column, then the unweighted mean over columns. A column with constant truth counts 1 if every prediction is exact, otherwise 0; NaN for fewer than two rows.</summary>
/// <remarks>As scikit-learn's <c>r2_score</c> with <c>force_finite</c>. The sums of y and y² are exact, so that a large mean loses no digits and a constant column is recognized.</remarks>
internal sealed class RSquaredMetric() : SumMetric("r2", higherIsBetter: true, bounded: true, MetricNeeds.Values)
{
    // Sums of a column: of truths, of their squares, of squared differences.
    private const int Slots = 3;

    public override void Describe(in EvaluationRow row, RowTerms terms)
    {
        int columns = ColumnTerms.Check(this, row);
        ColumnTerms.Count(terms, columns);

        // Multiplied by the row's weight this is 1: rows are counted regardless of weight.
        terms.Add(ColumnTerms.First, 1 / row.Weight);
        for (int i = 0; i < columns; i++)
        {
            int slot = ColumnTerms.First + 1 + (Slots * i);
            double difference = row.Truth[i] - row.Values[i];
            terms.Add(slot, row.Truth[i]);
            terms.AddProduct(slot + 1, row.Truth[i], row.Truth[i]);
            terms.Add(slot + 2, difference * difference);
        }
    }

    public override double Evaluate(SumView sums)
    {
        if (Math.Round(sums[ColumnTerms.First]) < 2)
        {
            return double.NaN;
        }

        int columns = ColumnTerms.Columns(this, sums);
        double total = 0;
        for (int i = 0; i < columns; i++)
        {
            int slot = ColumnTerms.First + 1 + (Slots * i);
            double spread = Spread(sums, slot), error = sums[slot + 2];
            total += error == 0 ? 1 : spread <= 0 ? 0 : 1 - (error / spread);
        }

        return total / columns;
    }

    // Σwy² − (Σwy)² ÷ Σw over pairs of doubles: about 106 bits, of which the subtraction may cancel half.
    private static double Spread(SumView sums, int slot)
    {
        (double weight, double mean) = (sums[ColumnTerms.Weight], sums[slot]);
        double square = mean * mean;
        double squareRest = Math.FusedMultiplyAdd(mean, mean, -square) + (2 * mean * sums.Low(slot));
        double left = weight * sums[slot + 1];
        double leftRest = Math.FusedMultiplyAdd(weight, sums[slot + 1], -left) + (weight * sums.Low(slot + 1)) + (sums.Low(ColumnTerms.Weight) * sums[slot + 1]);
        double spread = ((left - square) + (leftRest - squareRest)) / weight;
        return spread > 1e-28 * sums[slot + 1] ? spread : 0;
    }
}
