using System.Numerics;
using Inference.Data.Tables;
using nietras.SeparatedValues;

namespace Inference.Data.Csv;

/// <summary>Fills the tensor of one field from rows of cells, in the element type it has.</summary>
internal abstract class CellReader
{
    private readonly TensorValue _tensor;

    protected CellReader(TableField field, int rows)
    {
        Field = field;
        _tensor = TensorValue.Allocate(field.Type, [rows, .. field.RowShape]);
    }

    public TableField Field { get; }

    /// <summary>A reader for a batch of at most so many rows.</summary>
    public static CellReader Create(TableField field, int rows, HashSet<string> missing) => field.Type switch
    {
        ElementType.String => new TextReader(field, rows),
        ElementType.Bool => new BooleanReader(field, rows),
        ElementType.Float32 => new NumberReader<float>(field, rows, missing, float.NaN),
        ElementType.Float64 => new NumberReader<double>(field, rows, missing, double.NaN),
        ElementType.Float16 => new NumberReader<Half>(field, rows, missing, Half.NaN),
        ElementType.Int64 => new NumberReader<long>(field, rows, missing, null),
        ElementType.Int32 => new NumberReader<int>(field, rows, missing, null),
        ElementType.Int16 => new NumberReader<short>(field, rows, missing, null),
        ElementType.Int8 => new NumberReader<sbyte>(field, rows, missing, null),
        ElementType.UInt64 => new NumberReader<ulong>(field, rows, missing, null),
        ElementType.UInt32 => new NumberReader<uint>(field, rows, missing, null),
        ElementType.UInt16 => new NumberReader<ushort>(field, rows, missing, null),
        ElementType.UInt8 => new NumberReader<byte>(field, rows, missing, null),
        _ => throw new DataException($"Column '{field.Name}': expected numbers, text or bool, got {field.Type.Name()}. Tables do not support this type: use .npz."),
    };

    /// <summary>Reads the field's cells of a row; the place of the column that does not fit, −1 where all do.</summary>
    public abstract int Read(SepReader.Row row, int at);

    /// <summary>The rows that were read; the reader is done then.</summary>
    public TensorValue Take(int rows)
    {
        if (rows == _tensor.Shape[0])
        {
            return _tensor;
        }

        using (_tensor)
        {
            return _tensor.Rows(0, rows);
        }
    }

    protected Span<T> Row<T>(int at) => _tensor.AsWritableSpan<T>().Slice(at * Field.Columns.Length, Field.Columns.Length);

    private sealed class NumberReader<T>(TableField field, int rows, HashSet<string> missing, T? absent) : CellReader(field, rows)
        where T : struct, INumber<T>
    {
        private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _missing = missing.GetAlternateLookup<ReadOnlySpan<char>>();
        private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>>? _codes = field.Codes?.GetAlternateLookup<ReadOnlySpan<char>>();

        public override int Read(SepReader.Row row, int at)
        {
            Span<T> target = Row<T>(at);
            int[] columns = Field.Columns;
            for (int i = 0; i < columns.Length; i++)
            {
                ReadOnlySpan<char> cell = row[columns[i]].Span;
                if (!(_codes is { } codes ? TryCode(codes, cell, out target[i]) : CellNumbers.TryParse(cell, out target[i]) ? !Field.Required || !T.IsNaN(target[i]) : TryMissing(cell.Trim(), out target[i])))
                {
                    return columns[i];
                }
            }

            return -1;
        }

        private static bool TryCode(Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> codes, ReadOnlySpan<char> cell, out T value)
        {
            bool found = codes.TryGetValue(cell, out int code) || codes.TryGetValue(cell.Trim(), out code);
            value = T.CreateSaturating(code);
            return found && int.CreateSaturating(value) == code;
        }

        private bool TryMissing(ReadOnlySpan<char> cell, out T value)
        {
            value = absent ?? default;
            return absent is not null && !Field.Required && (cell.IsEmpty || CellGuess.IsAbsent(cell) || _missing.Contains(cell));
        }
    }

    private sealed class BooleanReader(TableField field, int rows) : CellReader(field, rows)
    {
        public override int Read(SepReader.Row row, int at)
        {
            Span<bool> target = Row<bool>(at);
            for (int i = 0; i < target.Length; i++)
            {
                if (!CellNumbers.TryParse(row[Field.Columns[i]].Span, out byte truth) || truth > 1)
                {
                    return Field.Columns[i];
                }

                target[i] = truth == 1;
            }

            return -1;
        }
    }

    private sealed class TextReader(TableField field, int rows) : CellReader(field, rows)
    {
        public override int Read(SepReader.Row row, int at)
        {
            Span<string> target = Row<string>(at);
            for (int i = 0; i < target.Length; i++)
            {
                ReadOnlySpan<char> cell = row[Field.Columns[i]].Span;
                if (Field.Required && cell.IsWhiteSpace())
                {
                    return Field.Columns[i];
                }

                target[i] = cell.ToString();
            }

            return -1;
        }
    }
}
