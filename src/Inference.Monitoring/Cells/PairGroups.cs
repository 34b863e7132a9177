namespace Inference.Monitoring.Cells;

/// <summary>Groups of a column's cells, four of about equal counts and one of special values, and the joint cells of two columns' groups.</summary>
internal static class PairGroups
{
    /// <summary>Groups of values.</summary>
    public const int Values = 4;

    /// <summary>The group of NaN and missing values.</summary>
    public const int Special = Values;

    /// <summary>All groups.</summary>
    public const int Count = Values + 1;

    /// <summary>The cells of a pair.</summary>
    public static CellLayout Layout { get; } = CellLayout.OfCategories(Count * Count);

    /// <summary>The names of the cells of a pair.</summary>
    public static string[] Names { get; } = [.. Enumerable.Range(0, Count * Count).Select(static i => $"{Name(i / Count)}, {Name(i % Count)}")];

    /// <summary>The keys of the cells of a pair.</summary>
    public static ulong[] Keys { get; } = [.. Enumerable.Range(0, Count * Count).Select(static i => (ulong)i)];

    /// <summary>The joint cell of two groups.</summary>
    public static int CellOf(int first, int second) => (first * Count) + second;

    /// <summary>The group of each cell. Groups of an ordered column ascend; values below and above the reference belong to its first and last.</summary>
    public static byte[] Of(CellLayout layout, ReadOnlySpan<int> counts)
    {
        var groups = new byte[layout.Count];
        if (layout.Ordered > 0)
        {
            long total = 0, before = 0;
            for (int i = 0; i < layout.Ordered; i++)
            {
                total += counts[i];
            }

            for (int i = 0; i < layout.Ordered; i++)
            {
                double middle = before + (counts[i] / 2.0);
                groups[i] = (byte)(total == 0 ? 0 : Math.Min((int)(Values * middle / total), Values - 1));
                before += counts[i];
            }

            groups.AsSpan(0, layout.First).Fill(groups[layout.First]);
            groups.AsSpan(layout.Over, 2).Fill(groups[layout.Over - 1]);
            groups.AsSpan(layout.NaN).Fill(Special);
            return groups;
        }

        // The most frequent first, each into the group with the fewest rows.
        Span<long> sums = stackalloc long[Values];
        sums.Clear();
        for (int i = 0; i < layout.Missing; i++)
        {
            int least = 0;
            for (int g = 1; g < Values; g++)
            {
                least = sums[g] < sums[least] ? g : least;
            }

            groups[i] = (byte)least;
            sums[least] += counts[i];
        }

        groups[layout.Missing] = Special;
        return groups;
    }

    private static string Name(int group) => group == Special ? "–" : (group + 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
}
