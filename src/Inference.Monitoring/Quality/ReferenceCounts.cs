namespace Inference.Monitoring.Quality;

/// <summary>The counts that a reference's rows would have if each was left out when the cells were learned.</summary>
internal static class ReferenceCounts
{
    /// <summary>The counts of a column. A category that one row alone has would have been new without that row: such rows are added to the cell that new values are counted in, which would otherwise be empty by construction (Good and Turing).</summary>
    /// <param name="column">The column.</param>
    /// <param name="segment">0 for all rows, s for those of segment s.</param>
    public static long[] Of(ReferenceColumn column, int segment = 0)
    {
        long[] counts = column.Counts(segment).ToArray();
        if (column.Layout.Categories == 0 || column.Derivation == ColumnDerivation.Pair)
        {
            return counts;
        }

        long single = 0;
        foreach (long count in counts.AsSpan(0, column.Layout.Categories))
        {
            single += count == 1 ? 1 : 0;
        }

        counts[column.IsOpen ? column.Layout.Other : column.Layout.Unseen] += single;
        return counts;
    }
}
