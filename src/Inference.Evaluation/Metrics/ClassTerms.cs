namespace Inference.Evaluation.Metrics;

/// <summary>The layout of the sums of metrics over classes: 0 is the weight, 1 the correct weight; class c has its hits at 2 + 3c, its predictions at 3 + 3c, and its true occurrences at 4 + 3c.</summary>
internal static class ClassTerms
{
    public const int Weight = 0;
    public const int Right = 1;

    // Each is two more rows that a bound weighs.
    private const int MostExtremes = 64;

    public static int Hits(int index) => 2 + (3 * index);

    public static int Answered(int index) => 3 + (3 * index);

    public static int True(int index) => 4 + (3 * index);

    /// <summary>The number of classes for which there are sums.</summary>
    public static int Classes(SumView sums) => sums.Count / 3;

    /// <summary>Adds a row's positions.</summary>
    public static void Describe(SumMetric metric, in EvaluationRow row, RowTerms terms)
    {
        if (row.Actual.Length == 0 || row.Predicted.Length != row.Actual.Length)
        {
            throw new EvaluationException($"Metric '{metric.Name}': expected a predicted and a true class for each position, got {row.Predicted.Length} and {row.Actual.Length}. Choose a metric over numbers, or name an output that holds classes.");
        }

        for (int i = 0; i < row.Actual.Length; i++)
        {
            if (row.Actual[i] != EvaluationRow.Ignored)
            {
                Add(terms, row.Predicted[i], row.Actual[i]);
            }
        }
    }

    /// <summary>For each of up to 64 classes with the fewest true occurrences (they affect a mean over classes most): a correct prediction, and one of the next class.</summary>
    public static IEnumerable<(RowTerms Best, RowTerms Worst)> Extremes(SumView sums)
    {
        int classes = Math.Max(Classes(sums), 2);
        var counts = new double[classes];
        for (int i = 0; i < classes; i++)
        {
            counts[i] = sums[True(i)];
        }

        return Extremes([.. Enumerable.Range(0, classes).Where(i => counts[i] > 0).OrderBy(i => counts[i]).Take(MostExtremes)], classes);
    }

    private static IEnumerable<(RowTerms Best, RowTerms Worst)> Extremes(int[] chosen, int classes)
    {
        foreach (int i in chosen)
        {
            RowTerms best = new(), worst = new();
            Add(best, i, i);
            Add(worst, (i + 1) % classes, i);
            yield return (best, worst);
        }
    }

    private static void Add(RowTerms terms, int predicted, int actual)
    {
        terms.Add(Weight, 1);
        if (predicted == actual && actual >= 0)
        {
            terms.Add(Right, 1);
            terms.Add(Hits(actual), 1);
        }

        if (predicted >= 0)
        {
            terms.Add(Answered(predicted), 1);
        }

        if (actual >= 0)
        {
            terms.Add(True(actual), 1);
        }
    }
}
