namespace Inference.Monitoring.Cells;

/// <summary>Converts values of one column to cells, one at a time: the reference for the vectorized forms, and their fallback. Immutable; thread-safe.</summary>
internal sealed class ColumnEncoder
{
    private readonly CellLayout _layout;
    private readonly double[] _edges;
    private readonly bool _single;
    private readonly double _center;
    private readonly double _scale;

    public ColumnEncoder(ColumnDefinition definition)
    {
        _layout = definition.Layout;
        _edges = definition.Edges;
        _single = definition.IsSingle;
        _center = definition.Center;
        _scale = definition.Scale;
        if (_layout.Kind == ColumnKind.Categorical)
        {
            ulong[] keys = [.. definition.Keys, .. definition.OtherKeys];
            short[] cells = [.. Enumerable.Range(0, keys.Length).Select(i => (short)Math.Min(i, _layout.Other))];
            Table = new CategoryTable(keys, cells, definition.IsOpen ? _layout.Other : _layout.Unseen);
        }
    }

    /// <summary>The cells of keys; null for an ordered column.</summary>
    public CategoryTable? Table { get; }

    /// <summary>Whether sums are kept.</summary>
    public bool IsOrdered => Table is null;

    /// <summary>The cell of a number.</summary>
    public int CellOf(double x)
    {
        if (Table is { } table)
        {
            return CategoryKey.TryOf(x, out ulong key) ? table.CellOf(key) : double.IsNaN(x) ? _layout.Missing : table.Absent;
        }

        x = _single ? (float)x : x;
        if (!(x >= _edges[0]))
        {
            return double.IsNaN(x) ? _layout.NaN : double.IsNegativeInfinity(x) ? _layout.NegativeInfinity : _layout.Under;
        }

        if (x > _edges[^1])
        {
            return double.IsPositiveInfinity(x) ? _layout.PositiveInfinity : _layout.Over;
        }

        // The last of the bins' lower bounds that is not above x.
        int low = 0, high = _layout.Bins;
        while (high - low > 1)
        {
            int middle = (low + high) >> 1;
            (low, high) = x >= _edges[middle] ? (middle, high) : (low, middle);
        }

        return _layout.First + low;
    }

    /// <summary>The cell of a string.</summary>
    public int CellOf(string value) => value.Length == 0 || Table is null ? _layout.Missing : Table.CellOf(CategoryKey.Of(value));

    /// <summary>The fixed-point number of a value.</summary>
    public int FixedOf(double x) => _single ? FixedPoint.Of((float)x, (float)_center, (float)_scale) : FixedPoint.Of(x, _center, _scale);
}
