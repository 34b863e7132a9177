using Inference.Monitoring.Statistics;

namespace Inference.Monitoring.Quality;

/// <summary>Compares the cells of a window with those of the reference's values in another unit: mean and deviation follow a factor by chance, or by a few far values, more often than all cells do.</summary>
internal static class UnitShape
{
    // Squared Jensen–Shannon distances: what a change of unit leaves is within the bins, whose values are taken to lie evenly.
    private const double Left = 0.25;

    /// <summary>Whether a change of unit explains most of the difference between a window and the reference.</summary>
    /// <param name="layout">The cells of an ordered column.</param>
    /// <param name="edges">The bounds of its bins.</param>
    /// <param name="reference">The reference's counts.</param>
    /// <param name="counts">The window's counts.</param>
    /// <param name="change">The change.</param>
    public static bool Explains(CellLayout layout, IReadOnlyList<double> edges, ReadOnlySpan<long> reference, ReadOnlySpan<long> counts, UnitChange change)
    {
        Span<double> expected = stackalloc double[layout.Count];
        expected.Clear();
        for (int cell = 0; cell < layout.Count; cell++)
        {
            int bin = cell - layout.First;
            if (bin < 0 || bin >= layout.Bins)
            {
                expected[cell] += reference[cell];
                continue;
            }

            Spread(layout, edges, reference[cell], (change.Factor * edges[bin]) + change.Offset, (change.Factor * edges[bin + 1]) + change.Offset, expected);
        }

        var rounded = new long[expected.Length];
        for (int cell = 0; cell < rounded.Length; cell++)
        {
            rounded[cell] = (long)Math.Round(expected[cell]);
        }

        double changed = CellEffects.UnbiasedJensenShannon(reference, counts), left = CellEffects.UnbiasedJensenShannon(rounded, counts);
        return left * left <= Left * changed * changed;
    }

    private static void Spread(CellLayout layout, IReadOnlyList<double> edges, double rows, double low, double high, Span<double> expected)
    {
        if (!(high > low))
        {
            // A bin of one value.
            expected[low < edges[0] ? layout.Under : low > edges[^1] ? layout.Over : layout.First + BinOf(edges, low)] += rows;
            return;
        }

        double width = high - low;
        expected[layout.Under] += rows * Math.Max(Math.Min(high, edges[0]) - low, 0) / width;
        expected[layout.Over] += rows * Math.Max(high - Math.Max(low, edges[^1]), 0) / width;
        for (int bin = 0; bin < layout.Bins; bin++)
        {
            expected[layout.First + bin] += rows * Math.Max(Math.Min(high, edges[bin + 1]) - Math.Max(low, edges[bin]), 0) / width;
        }
    }

    private static int BinOf(IReadOnlyList<double> edges, double value)
    {
        int bin = 0;
        while (bin + 2 < edges.Count && value >= edges[bin + 1])
        {
            bin++;
        }

        return bin;
    }
}
