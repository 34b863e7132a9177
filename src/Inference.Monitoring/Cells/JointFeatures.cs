using Inference.Monitoring.Statistics;

namespace Inference.Monitoring.Cells;

/// <summary>
/// Numbers that stand for a column's cells where columns are combined. Ordered columns: the normal score z of the cell's middle rank, (z² − 1) ÷ √2, the sign of z, and whether the value is among the middle half or outside of it, as ±1. Categories, in four groups of about equal counts: the three
/// contrasts of two groups and the other two, as ±1. Special cells: 0.
/// </summary>
internal static class JointFeatures
{
    /// <summary>The most features of a column.</summary>
    public const int Most = 4;

    /// <summary>The number of features.</summary>
    public static int CountOf(CellLayout layout) => layout.Ordered > 0 ? Most : Most - 1;

    /// <summary>Whether a feature is a sign: ±1 or 0.</summary>
    public static bool IsSign(CellLayout layout, int feature) => layout.Ordered == 0 || feature >= 2;

    /// <summary>The features, feature by feature, [features × cells].</summary>
    /// <param name="layout">The cells.</param>
    /// <param name="counts">Rows in each cell.</param>
    public static float[] Of(CellLayout layout, ReadOnlySpan<int> counts)
    {
        var features = new float[CountOf(layout) * layout.Count];
        byte[] groups = PairGroups.Of(layout, counts);
        if (layout.Ordered > 0)
        {
            Score(layout, counts, features);
        }

        int first = layout.Ordered > 0 ? 2 : 0;
        for (int cell = 0; cell < layout.Count; cell++)
        {
            int group = groups[cell];
            for (int f = first; group != PairGroups.Special && f < CountOf(layout); f++)
            {
                // Groups 0 and 1 against 2 and 3; 1 and 2 against 0 and 3; 0 and 2 against 1 and 3.
                int bit = (f - first) switch { 0 => group >> 1, 1 => (group ^ (group >> 1)) & 1, _ => group & 1 };
                features[(f * layout.Count) + cell] = bit == 1 ? 1 : -1;
            }
        }

        return features;
    }

    private static void Score(CellLayout layout, ReadOnlySpan<int> counts, Span<float> features)
    {
        double rows = 0, below = 0;
        foreach (int count in counts[..layout.Ordered])
        {
            rows += count;
        }

        for (int cell = 0; cell < layout.Ordered; cell++)
        {
            // Half a row keeps cells outside of the reference at a finite rank.
            double z = SpecialFunctions.NormalQuantile(Math.Clamp((below + (counts[cell] / 2.0) + 0.5) / (rows + 1), 1e-6, 1 - 1e-6));
            features[cell] = (float)z;
            features[layout.Count + cell] = (float)(((z * z) - 1) / Math.Sqrt(2));
            below += counts[cell];
        }
    }
}
