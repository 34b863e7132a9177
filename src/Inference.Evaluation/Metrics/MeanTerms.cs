namespace Inference.Evaluation.Metrics;

/// <summary>The sums of a weighted mean: 0 is the weight, 1 the weighted values.</summary>
internal static class MeanTerms
{
    public static void Add(RowTerms terms, double figure)
    {
        terms.Add(0, 1);
        terms.Add(1, figure);
    }

    public static double Value(SumView sums) => sums[1] / sums[0];

    /// <summary>For values from 0 to 1.</summary>
    public static IEnumerable<(RowTerms Best, RowTerms Worst)> UnitExtremes(double range = 1)
    {
        RowTerms one = new(), zero = new();
        Add(one, range);
        Add(zero, 0);
        yield return (one, zero);
    }
}
