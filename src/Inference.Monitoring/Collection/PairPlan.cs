using Inference.Monitoring.Cells;
using Inference.Monitoring.Windows;

namespace Inference.Monitoring.Collection;

/// <summary>Counts the joint cells of pairs of columns that no single run holds both of. Immutable; thread-safe.</summary>
internal sealed class PairPlan
{
    private readonly ColumnDefinition[] _columns;
    private readonly ColumnEncoder[] _encoders;

    // Of each pair, the places of its two columns in the arrays above, and its first cell.
    private readonly (int First, int Second, int Offset)[] _pairs;

    /// <param name="layout">The columns of the profile.</param>
    /// <param name="encoders">Their encoders.</param>
    /// <param name="pairs">The places of the pairs in the profile.</param>
    public PairPlan(WindowLayout layout, ColumnEncoder[] encoders, IReadOnlyList<int> pairs)
    {
        int[] used = [.. pairs.SelectMany(p => (int[])[layout.Columns[p].Index, layout.Columns[p].Second]).Distinct().Order()];
        _columns = [.. used.Select(c => layout.Columns[c])];
        _encoders = [.. used.Select(c => encoders[c])];
        _pairs = [.. pairs.Select(p => (Array.IndexOf(used, layout.Columns[p].Index), Array.IndexOf(used, layout.Columns[p].Second), layout.OffsetOf(p)))];
    }

    /// <summary>The number of columns in pairs.</summary>
    public int Columns => _columns.Length;

    /// <summary>Counts rows; a value that cannot be read is special.</summary>
    public void Collect(NamedValues inputs, NamedValues? outputs, int callRows, int start, int rows, ReadOnlySpan<byte> segments, Stripe stripe)
    {
        Span<byte> groups = stripe.Groups(_columns.Length * Collector.BlockRows);
        int read = 0;
        try
        {
            for (; read < _columns.Length; read++)
            {
                Read(read, _columns[read].Side == ColumnSide.Input ? inputs : outputs, callRows, start, groups.Slice(read * Collector.BlockRows, rows));
            }
        }
        finally
        {
            // After an exception, what was not read is special.
            groups[(read * Collector.BlockRows)..].Fill(PairGroups.Special);
            Count(groups, rows, segments, stripe);
        }
    }

    private void Count(ReadOnlySpan<byte> groups, int rows, ReadOnlySpan<byte> segments, Stripe stripe)
    {
        foreach ((int first, int second, int offset) in _pairs)
        {
            ReadOnlySpan<byte> a = groups.Slice(first * Collector.BlockRows, rows);
            ReadOnlySpan<byte> b = groups.Slice(second * Collector.BlockRows, rows);
            for (int row = 0; row < a.Length; row++)
            {
                int part = segments.IsEmpty ? 0 : segments[row];
                stripe.Counts[(part * stripe.Cells) + offset + PairGroups.CellOf(a[row], b[row])]++;
            }
        }
    }

    private void Read(int place, NamedValues? values, int callRows, int start, Span<byte> to)
    {
        ColumnDefinition column = _columns[place];
        ColumnEncoder encoder = _encoders[place];
        ReadOnlySpan<byte> groups = column.Groups;
        if (values is null || !values.TryGetValue(column.Tensor, out ModelValue? value) || value is not TensorValue tensor || TensorPlan.RowsOf(tensor) != callRows
            || tensor.ElementCount != (long)callRows * column.Width || (tensor.ElementType == ElementType.String) != (column.ElementType == ElementType.String))
        {
            to.Fill(PairGroups.Special);
            return;
        }

        Span<int> cells = stackalloc int[to.Length];
        encoder.CellsOf(tensor, ((long)start * column.Width) + column.Index, column.Width, cells);
        for (int i = 0; i < to.Length; i++)
        {
            to[i] = groups[cells[i]];
        }
    }
}
