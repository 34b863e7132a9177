namespace Inference.Evaluation.Metrics;

/// <summary>The values and truth of a row, validated to have equal, positive length.</summary>
internal static class ColumnTerms
{
    public const int Weight = 0;
    public const int Width = 1;
    public const int First = 2;

    /// <summary>Counts the row and its columns.</summary>
    public static void Count(RowTerms terms, int columns)
    {
        terms.Add(Weight, 1);
        terms.Add(Width, columns);
    }

    /// <summary>The number of columns of every row.</summary>
    /// <exception cref="EvaluationException">The rows differ.</exception>
    public static int Columns(Metric metric, SumView sums)
    {
        double columns = Math.Round(sums[Width] / sums[Weight]);
        return Math.Abs((columns * sums[Weight]) - sums[Width]) <= 1e-9 * sums[Width]
            ? (int)columns
            : throw new EvaluationException($"Metric '{metric.Name}': expected the same number of columns in every row, got {sums[Width] / sums[Weight]} on average. Evaluate outputs of one shape.");
    }

    public static int Check(Metric metric, in EvaluationRow row) => row.Values.Length > 0 && row.Values.Length == row.Truth.Length
        ? row.Values.Length
        : throw new EvaluationException($"Metric '{metric.Name}': expected as many true as predicted numbers in a row, and at least one, got {row.Truth.Length} and {row.Values.Length}. Pass labels of the output's shape, or choose a metric over classes.");
}
