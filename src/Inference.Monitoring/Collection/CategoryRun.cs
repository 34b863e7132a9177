using System.Runtime.CompilerServices;
using Inference.Monitoring.Cells;

namespace Inference.Monitoring.Collection;

/// <summary>Categorical columns that are adjacent elements of rows of 32- or 64-bit integers, or of bools.</summary>
internal sealed class CategoryRun : ColumnRun
{
    // A table of 2 bytes an entry costs little up to here; codes of categories are smaller, identifiers are looked up by hash.
    private const int MaxSpread = 1 << 10;
    private readonly int _element;
    private readonly int _width;
    private readonly int[] _offsets;
    private readonly ColumnEncoder[] _encoders;

    // Of each column: the smallest key, and the cell of each key from there on; empty where keys spread too far.
    private readonly long[] _least;
    private readonly short[][] _cells;

    public CategoryRun(ReadOnlySpan<ColumnDefinition> columns, ReadOnlySpan<ColumnEncoder> encoders, int firstColumn, int offset)
        : base(firstColumn, columns.Length)
    {
        _element = columns[0].Index;
        _width = columns[0].Width;
        _encoders = encoders.ToArray();
        _offsets = new int[columns.Length];
        _least = new long[columns.Length];
        _cells = new short[columns.Length][];
        for (int i = 0; i < columns.Length; i++)
        {
            _offsets[i] = offset;
            offset += columns[i].Layout.Count;
            _cells[i] = Dense(columns[i], encoders[i].Table!, out _least[i]);
        }
    }

    public override void Collect(TensorValue tensor, int start, int rows, ReadOnlySpan<byte> segments, Stripe stripe)
    {
        switch (tensor.ElementType)
        {
            case ElementType.Int64: Collect(TensorElements.Of<long>(tensor), start, rows, segments, stripe); break;
            case ElementType.Int32: Collect(TensorElements.Of<int>(tensor), start, rows, segments, stripe); break;
            default: Collect(TensorElements.Of<bool>(tensor), start, rows, segments, stripe); break;
        }
    }

    private static short[] Dense(ColumnDefinition column, CategoryTable table, out long least)
    {
        long[] keys = [.. column.Keys.Concat(column.OtherKeys).Select(static k => (long)k)];
        least = keys.Length == 0 ? 0 : keys.Min();
        if (keys.Length == 0 || (UInt128)((Int128)keys.Max() - least) >= MaxSpread)
        {
            return [];
        }

        var cells = new short[keys.Max() - least + 1];
        for (int i = 0; i < cells.Length; i++)
        {
            cells[i] = (short)table.CellOf((ulong)(least + i));
        }

        return cells;
    }

    private void Collect<T>(ReadOnlySpan<T> data, int start, int rows, ReadOnlySpan<byte> segments, Stripe stripe)
        where T : unmanaged
    {
        for (int row = 0; row < rows; row++)
        {
            int part = segments.IsEmpty ? 0 : segments[row];
            ref int counts = ref stripe.Counts[part * stripe.Cells];
            ReadOnlySpan<T> values = data.Slice(((start + row) * _width) + _element, Count);
            for (int i = 0; i < values.Length; i++)
            {
                T value = values[i];
                long key = typeof(T) == typeof(long) ? Unsafe.As<T, long>(ref value) : typeof(T) == typeof(int) ? Unsafe.As<T, int>(ref value) : Unsafe.As<T, byte>(ref value);
                short[] cells = _cells[i];
                ulong place = (ulong)(key - _least[i]);
                int cell = place < (ulong)cells.Length ? cells[place] : _encoders[i].Table!.CellOf((ulong)key);
                Unsafe.Add(ref counts, _offsets[i] + cell)++;
            }
        }
    }
}
