using Inference.Monitoring.Windows;

namespace Inference.Monitoring.Cells;

/// <summary>Reads the cells of some columns of rows, column by column. Immutable; thread-safe; allocates nothing for element columns of unpacked types.</summary>
internal sealed class RowCells
{
    /// <summary>The most rows that are read at once.</summary>
    public const int MaxRows = 256;

    // Their values are on the stack: 1 KiB.
    private const int MaxDerived = 128;
    private readonly ColumnDefinition[] _columns;
    private readonly ColumnEncoder[] _encoders;

    // Derived columns of one tensor, which are computed together: their places in the arrays above.
    private readonly (DerivedReader Reader, int[] Places)[] _derived;

    /// <param name="columns">All columns.</param>
    /// <param name="encoders">Their encoders.</param>
    /// <param name="places">Which of them are read; elements and statistics of tensors.</param>
    public RowCells(IReadOnlyList<ColumnDefinition> columns, IReadOnlyList<ColumnEncoder> encoders, IReadOnlyList<int> places)
    {
        _columns = [.. places.Select(p => columns[p])];
        _encoders = [.. places.Select(p => encoders[p])];
        _derived =
        [
            .. Enumerable.Range(0, _columns.Length).Where(i => _columns[i].Derivation != ColumnDerivation.Element).GroupBy(i => (_columns[i].Side, _columns[i].Tensor)).SelectMany(static g => g.Chunk(MaxDerived))
                .Select(group => (new DerivedReader([.. group.Select(i => _columns[i])]), group)),
        ];
    }

    /// <summary>The number of columns.</summary>
    public int Count => _columns.Length;

    /// <summary>Reads rows; a value that cannot be read is missing.</summary>
    /// <param name="inputs">The inputs of a call.</param>
    /// <param name="outputs">Its outputs; null for none.</param>
    /// <param name="callRows">The rows of the call.</param>
    /// <param name="start">The first row to read.</param>
    /// <param name="rows">The number of rows, at most <see cref="MaxRows"/>.</param>
    /// <param name="cells">Is written, [columns × <see cref="MaxRows"/>].</param>
    public void Read(NamedValues inputs, NamedValues? outputs, int callRows, int start, int rows, Span<ushort> cells)
    {
        Span<int> own = stackalloc int[rows];
        TensorValue? tensor = null;
        for (int i = 0; i < _columns.Length; i++)
        {
            ColumnDefinition column = _columns[i];
            if (column.Derivation != ColumnDerivation.Element)
            {
                continue;
            }

            Span<ushort> to = cells.Slice(i * MaxRows, rows);
            if (i == 0 || !IsSameTensor(_columns[i - 1], column))
            {
                tensor = Find(column, inputs, outputs, callRows);
            }

            if (tensor is null)
            {
                to.Fill((ushort)column.Layout.Missing);
                continue;
            }

            _encoders[i].CellsOf(tensor, ((long)start * column.Width) + column.Index, column.Width, own);
            for (int row = 0; row < to.Length; row++)
            {
                to[row] = (ushort)own[row];
            }
        }

        foreach ((DerivedReader reader, int[] places) in _derived)
        {
            ReadDerived(reader, places, Find(_columns[places[0]], inputs, outputs, callRows), start, rows, cells);
        }
    }

    private void ReadDerived(DerivedReader reader, int[] places, TensorValue? tensor, int start, int rows, Span<ushort> cells)
    {
        Span<double> values = stackalloc double[MaxDerived];
        values = values[..places.Length];
        for (int row = 0; row < rows; row++)
        {
            if (tensor is not null)
            {
                reader.Read(tensor, start + row, values);
            }

            for (int i = 0; i < places.Length; i++)
            {
                cells[(places[i] * MaxRows) + row] = (ushort)(tensor is null ? _columns[places[i]].Layout.Missing : _encoders[places[i]].CellOf(values[i]));
            }
        }
    }

    private static bool IsSameTensor(ColumnDefinition one, ColumnDefinition two) =>
        one.Derivation == ColumnDerivation.Element && one.Side == two.Side && one.Width == two.Width && one.ElementType == two.ElementType && (ReferenceEquals(one.Tensor, two.Tensor) || one.Tensor == two.Tensor);

    private static TensorValue? Find(ColumnDefinition column, NamedValues inputs, NamedValues? outputs, int callRows)
    {
        NamedValues? values = column.Side == ColumnSide.Input ? inputs : outputs;
        bool isString = column.ElementType == ElementType.String;
        return values is not null && values.TryGetValue(column.Tensor, out ModelValue? value) && value is TensorValue tensor && tensor.Rank > 0 && tensor.Shape[0] == callRows
            && (tensor.ElementType == ElementType.String) == isString && (isString || ElementReader.IsNumeric(tensor.ElementType))
            && (column.Width == 0 || tensor.ElementCount == (long)callRows * column.Width) ? tensor : null;
    }
}
