namespace Inference.Monitoring.Cells;

/// <summary>Computes a residual or parity from the cells of its columns. Immutable; thread-safe.</summary>
internal sealed class JointValues
{
    private readonly bool _isParity;

    // Of each term, where its column's cells are, and the value of each cell.
    private readonly (int Source, float[] Values)[] _terms;

    /// <param name="column">The residual or parity.</param>
    /// <param name="columns">All columns.</param>
    /// <param name="sourceOf">Where the cells of a column are among those that are read.</param>
    public JointValues(ColumnDefinition column, IReadOnlyList<ColumnDefinition> columns, Func<int, int> sourceOf)
    {
        _isParity = column.Derivation == ColumnDerivation.Parity;
        _terms =
        [
            .. column.Terms.Select(t =>
            {
                int cells = columns[t.Column].Layout.Count;
                return (sourceOf(t.Column), Array.ConvertAll(columns[t.Column].Features.AsSpan(t.Feature * cells, cells).ToArray(), f => f * t.Weight));
            }),
        ];
    }

    /// <summary>values[i] = the value of row i: of a residual the sum of its terms, of a parity 0 for an even and 1 for an odd number of negative signs, NaN if one is unknown.</summary>
    /// <param name="cells">What <see cref="RowCells.Read"/> wrote.</param>
    /// <param name="values">One for each row.</param>
    public void Read(ReadOnlySpan<ushort> cells, Span<double> values)
    {
        values.Fill(_isParity ? 1 : 0);
        foreach ((int source, float[] table) in _terms)
        {
            ReadOnlySpan<ushort> own = cells.Slice(source * RowCells.MaxRows, values.Length);
            for (int row = 0; row < own.Length; row++)
            {
                double value = table[own[row]];
                values[row] = _isParity ? values[row] * value : values[row] + value;
            }
        }

        for (int row = 0; _isParity && row < values.Length; row++)
        {
            values[row] = values[row] == 0 ? double.NaN : values[row] > 0 ? 0 : 1;
        }
    }
}
