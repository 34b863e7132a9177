namespace Inference.Monitoring.Profiles;

/// <summary>Divides the values of a reference into bins of about equal counts. A value that fills a bin alone gets one of its own, so that the shares of 0, of a cap and of a code are watched by themselves.</summary>
internal static class BinLearner
{
    /// <summary>The bounds of the bins, as <see cref="ReferenceColumn.Edges"/>; one bin at 0 without values.</summary>
    /// <param name="sorted">The finite values, ascending.</param>
    /// <param name="single">Whether values are compared in single precision.</param>
    /// <param name="integers">Whether all are integers.</param>
    public static double[] EdgesOf(ReadOnlySpan<double> sorted, bool single, bool integers)
    {
        if (sorted.IsEmpty)
        {
            return [0, 0];
        }

        (List<double> values, List<int> counts) = Distinct(sorted);
        if (values.Count <= CellLayout.MaxNumericBins)
        {
            return [.. values, values[^1]];
        }

        double heavy = (double)sorted.Length / CellLayout.MaxNumericBins;
        var edges = new List<double> { values[0] };
        int left = CellLayout.MaxNumericBins;
        int remaining = sorted.Length;
        int current = 0;
        for (int i = 0; i < values.Count && left > 1; i++)
        {
            if (current > 0 && counts[i] >= heavy)
            {
                Close(values[i]);
                if (left == 1)
                {
                    break;
                }
            }

            bool alone = current == 0 && counts[i] >= heavy;
            current += counts[i];
            if (i + 1 < values.Count && current >= (double)remaining / left)
            {
                Close(alone ? Math.Min(After(values[i], single, integers), values[i + 1]) : values[i + 1]);
            }
        }

        edges.Add(values[^1]);
        return [.. edges];

        void Close(double bound)
        {
            edges.Add(bound);
            remaining -= current;
            current = 0;
            left--;
        }
    }

    private static double After(double value, bool single, bool integers) => integers && Math.Abs(value) < 1 << 24 ? value + 1 : single ? MathF.BitIncrement((float)value) : Math.BitIncrement(value);

    private static (List<double> Values, List<int> Counts) Distinct(ReadOnlySpan<double> sorted)
    {
        List<double> values = [];
        List<int> counts = [];
        foreach (double value in sorted)
        {
            if (values.Count > 0 && values[^1] == value)
            {
                counts[^1]++;
            }
            else
            {
                values.Add(value);
                counts.Add(1);
            }
        }

        return (values, counts);
    }
}
