using System.IO.Hashing;
using System.Runtime.InteropServices;
using Inference.Monitoring.Cells;
using Inference.Monitoring.Windows;

namespace Inference.Monitoring.Repeats;

/// <summary>Counts rows whose inputs equal those of one of the last rows: retries, and sources that stand still. Immutable but for the memory that it is passed; allocates nothing.</summary>
internal sealed class RepeatCounter
{
    /// <summary>Places of a memory: a row is compared with about so many rows before it. Each takes the place that its hash chooses.</summary>
    public const int Places = 1024;

    /// <summary>The bytes of a row up to which it is hashed: some 0.2 µs. Rows of images are not.</summary>
    public const int MaxRowBytes = 4096;

    // New, repeated.
    private static readonly CellLayout s_layout = CellLayout.OfCategories(2);

    private readonly string[] _tensors;
    private readonly int _offset;
    private readonly int _cells;

    private RepeatCounter(WindowLayout layout, int column)
    {
        _tensors = [.. layout.Columns.Where(static c => c.Side == ColumnSide.Input && !c.IsOfRow).Select(static c => c.Tensor).Distinct()];
        _offset = layout.OffsetOf(column);
        _cells = layout.Cells;
    }

    /// <summary>Creates a counter; null if the profile has no column for it.</summary>
    public static RepeatCounter? Create(WindowLayout layout)
    {
        int column = Array.FindIndex(layout.Columns, static c => c.Derivation == ColumnDerivation.Repeat);
        return column < 0 ? null : new RepeatCounter(layout, column);
    }

    /// <summary>The column; null if rows are too large, or if there are none.</summary>
    /// <param name="columns">The columns of the profile so far.</param>
    public static ColumnDefinition? Define(IReadOnlyList<ColumnDefinition> columns)
    {
        long bytes = 0;
        ColumnDefinition? first = null;
        foreach (ColumnDefinition column in columns)
        {
            if (column.Side == ColumnSide.Input && !column.IsOfRow)
            {
                first ??= column;
                bytes += column.Derivation != ColumnDerivation.Element ? MaxRowBytes + 1 : column.ElementType == ElementType.String ? sizeof(long) : column.ElementType.ByteCount(1);
            }
        }

        return first is null || bytes > MaxRowBytes ? null : new ColumnDefinition
        {
            Name = "rows",
            Side = ColumnSide.Input,
            Tensor = first.Tensor,
            ElementType = ElementType.Bool,
            Derivation = ColumnDerivation.Repeat,
            Layout = s_layout,
            Categories = ["new", "repeated"],
            Keys = [0, 1],
        };
    }

    /// <summary>Counts rows.</summary>
    /// <param name="inputs">The inputs of the call.</param>
    /// <param name="callRows">The number of rows of the call.</param>
    /// <param name="start">The first row to count.</param>
    /// <param name="rows">The number of rows to count.</param>
    /// <param name="segments">The part of each of these rows; empty for part 0.</param>
    /// <param name="memory">The rows before, [<see cref="Places"/>].</param>
    /// <param name="counts">The cells of all columns and parts.</param>
    public void Count(NamedValues inputs, int callRows, int start, int rows, ReadOnlySpan<byte> segments, uint[] memory, Span<int> counts)
    {
        Span<ulong> hashes = stackalloc ulong[rows];
        hashes.Clear();
        try
        {
            foreach (string name in _tensors)
            {
                if (inputs.TryGetValue(name, out ModelValue? value) && value is TensorValue { Rank: > 0 } tensor && tensor.Shape[0] == callRows)
                {
                    Hash(tensor, callRows, start, hashes);
                }
            }
        }
        catch
        {
            for (int row = 0; row < rows; row++)
            {
                counts[((segments.IsEmpty ? 0 : segments[row]) * _cells) + _offset + s_layout.Missing]++;
            }

            throw;
        }

        for (int row = 0; row < hashes.Length; row++)
        {
            uint own = (uint)(hashes[row] >> 32) | 1;
            ref uint place = ref memory[(int)(hashes[row] % Places)];
            counts[((segments.IsEmpty ? 0 : segments[row]) * _cells) + _offset + (place == own ? 1 : 0)]++;
            place = own;
        }
    }

    private static void Hash(TensorValue tensor, int callRows, int start, Span<ulong> hashes)
    {
        if (tensor.ElementType == ElementType.String)
        {
            ReadOnlySpan<string> texts = tensor.AsSpan<string>();
            int width = texts.Length / callRows;
            for (int row = 0; row < hashes.Length; row++)
            {
                foreach (string text in texts.Slice((start + row) * width, width))
                {
                    hashes[row] = XxHash3.HashToUInt64(MemoryMarshal.AsBytes((text ?? "").AsSpan()), (long)hashes[row]);
                }
            }

            return;
        }

        ReadOnlySpan<byte> bytes = tensor.AsBytes();
        int size = bytes.Length / callRows;
        for (int row = 0; row < hashes.Length; row++)
        {
            hashes[row] = XxHash3.HashToUInt64(bytes.Slice((start + row) * size, size), (long)hashes[row]);
        }
    }
}
