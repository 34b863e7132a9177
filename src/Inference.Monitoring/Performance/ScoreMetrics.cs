namespace Inference.Monitoring.Performance;

/// <summary>Metrics of a binary classifier from the rows in each cell of its score and how many of them are positive; both may be fractions. Cells are in ascending order of score; ties within a cell count half.</summary>
internal static class ScoreMetrics
{
    /// <summary>The area under the receiver operating characteristic; NaN without positives or without negatives.</summary>
    public static double Auc(ReadOnlySpan<double> rows, ReadOnlySpan<double> positives)
    {
        double pairs = 0, below = 0, hits = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            double others = rows[i] - positives[i];
            pairs += positives[i] * (below + (others / 2));
            below += others;
            hits += positives[i];
        }

        return hits > 0 && below > 0 ? pairs / (hits * below) : double.NaN;
    }

    /// <summary>The share of rows whose class is predicted: positive from cell <paramref name="threshold"/> on.</summary>
    public static double Accuracy(ReadOnlySpan<double> rows, ReadOnlySpan<double> positives, int threshold)
    {
        double right = 0, all = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            right += i >= threshold ? positives[i] : rows[i] - positives[i];
            all += rows[i];
        }

        return all > 0 ? right / all : double.NaN;
    }

    /// <summary>2·TP ÷ (2·TP + FP + FN) of the positive class; NaN if nothing is positive or predicted so.</summary>
    public static double F1(ReadOnlySpan<double> rows, ReadOnlySpan<double> positives, int threshold)
    {
        double hits = 0, predicted = 0, actual = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            hits += i >= threshold ? positives[i] : 0;
            predicted += i >= threshold ? rows[i] : 0;
            actual += positives[i];
        }

        return predicted + actual > 0 ? 2 * hits / (predicted + actual) : double.NaN;
    }
}
