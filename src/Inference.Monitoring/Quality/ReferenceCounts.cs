using Inference.Monitoring.Statistics;

namespace Inference.Monitoring.Quality;

/// <summary>The counts that a reference's rows would have if each was left out when the cells were learned.</summary>
internal static class ReferenceCounts
{
    /// <summary>The counts of a column. A category that one row alone has would have been new without that row: such rows are added to the cell that new values are counted in, which would otherwise be empty by construction (Good and Turing).</summary>
    /// <param name="column">The column.</param>
    /// <param name="segment">0 for all rows, s for those of segment s.</param>
    public static long[] Of(ReferenceColumn column, int segment = 0) => Of(column, segment, out _);

    /// <summary>The counts of a column, and what the share of new values among them is known by.</summary>
    /// <param name="column">The column.</param>
    /// <param name="segment">0 for all rows, s for those of segment s.</param>
    /// <param name="novelty">The values that were met once and twice; of a column of other kinds, or whose values beyond the most frequent were not kept apart, null.</param>
    public static long[] Of(ReferenceColumn column, int segment, out Novelty? novelty)
    {
        novelty = null;
        long[] counts = column.Counts(segment).ToArray();
        if (column.Layout.Categories == 0 || column.Derivation is ColumnDerivation.Pair or ColumnDerivation.Parity)
        {
            return counts;
        }

        long single = 0, twice = 0;
        foreach (long count in counts.AsSpan(0, column.Layout.Categories))
        {
            single += count == 1 ? 1 : 0;
            twice += count == 2 ? 1 : 0;
        }

        novelty = column.IsOpen ? null : new Novelty(single, twice, HasLower: segment == 0);
        counts[column.IsOpen ? column.Layout.Other : column.Layout.Unseen] += single;
        return counts;
    }
}
