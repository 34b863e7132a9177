namespace Inference.Monitoring.Performance;

/// <summary>The probability that a row's label is positive, given the cell of its score, learned from labelled reference rows. Immutable; thread-safe.</summary>
/// <remarks>Weighted isotonic regression of the cells' rates (pool adjacent violators), for cells in ascending order of score; cells without reference rows take the value between their neighbours. Special cells (NaN, missing) have their own rate.
/// Source: Zadrozny and Elkan, "Transforming classifier scores into accurate multiclass probability estimates", 2002.</remarks>
internal sealed class CalibrationMap
{
    private CalibrationMap(double[] probabilities, long[] rows)
    {
        Probabilities = probabilities;
        Rows = rows;
    }

    /// <summary>P(positive | cell).</summary>
    public double[] Probabilities { get; }

    /// <summary>The reference's rows in each cell.</summary>
    public long[] Rows { get; }

    /// <summary>Learns the map.</summary>
    /// <param name="counts">The reference's rows in each cell.</param>
    /// <param name="positives">Those of them with a positive label.</param>
    /// <param name="ordered">The number of cells, from the first, in ascending order of score.</param>
    public static CalibrationMap Learn(ReadOnlySpan<long> counts, ReadOnlySpan<long> positives, int ordered)
    {
        var probabilities = new double[counts.Length];
        double rows = 0, sum = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            rows += counts[i];
            sum += positives[i];
        }

        for (int i = 0; i < counts.Length; i++)
        {
            probabilities[i] = counts[i] > 0 ? (double)positives[i] / counts[i] : rows > 0 ? sum / rows : 0.5;
        }

        Pool(counts[..ordered], positives[..ordered], probabilities);
        Fill(counts[..ordered], probabilities);
        return new CalibrationMap(probabilities, counts.ToArray());
    }

    // Blocks of neighbouring cells; a block whose rate is below that of the one before is joined with it.
    private static void Pool(ReadOnlySpan<long> counts, ReadOnlySpan<long> positives, double[] probabilities)
    {
        var starts = new int[counts.Length];
        var rows = new double[counts.Length];
        var hits = new double[counts.Length];
        int blocks = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            if (counts[i] == 0)
            {
                continue;
            }

            (starts[blocks], rows[blocks], hits[blocks]) = (i, counts[i], positives[i]);
            while (blocks > 0 && hits[blocks - 1] * rows[blocks] >= hits[blocks] * rows[blocks - 1])
            {
                rows[blocks - 1] += rows[blocks];
                hits[blocks - 1] += hits[blocks];
                blocks--;
            }

            blocks++;
        }

        for (int b = 0; b < blocks; b++)
        {
            int end = b + 1 < blocks ? starts[b + 1] : counts.Length;
            for (int i = starts[b]; i < end; i++)
            {
                probabilities[i] = counts[i] > 0 ? hits[b] / rows[b] : probabilities[i];
            }
        }
    }

    private static void Fill(ReadOnlySpan<long> counts, double[] probabilities)
    {
        int known = -1;
        for (int i = 0; i <= counts.Length; i++)
        {
            if (i < counts.Length && counts[i] == 0)
            {
                continue;
            }

            for (int j = known + 1; j < i; j++)
            {
                if (known < 0 && i == counts.Length)
                {
                    return;
                }

                probabilities[j] = known < 0 ? probabilities[i] : i == counts.Length ? probabilities[known] : probabilities[known] + ((probabilities[i] - probabilities[known]) * (j - known) / (i - known));
            }

            known = i;
        }
    }
}
