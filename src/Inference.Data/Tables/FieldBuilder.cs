namespace Inference.Data.Tables;

/// <summary>Builds the tensor of a field from its columns, in the field's element type.</summary>
internal static class FieldBuilder
{
    /// <param name="table">What the rows are of, for messages.</param>
    /// <param name="field">The field.</param>
    /// <param name="columns">One tensor for each of its columns, rows along axis 0.</param>
    /// <param name="first">The number of the first row, from 0.</param>
    /// <exception cref="DataException">A value does not fit; the error names row and column.</exception>
    public static TensorValue Build(ITable table, TableField field, IReadOnlyList<TensorValue> columns, long first)
    {
        foreach ((int i, TensorValue column) in columns.Index())
        {
            RequireConvertible(table, field, field.Columns[i], column.ElementType);
        }

        int rows = (int)columns[0].Shape[0];
        TensorValue target = TensorValue.Allocate(field.Type, [rows, .. field.RowShape]);
        int width = rows == 0 ? 0 : checked((int)(target.ElementCount / rows));
        int offset = 0;
        for (int i = 0; i < columns.Count; i++)
        {
            int part = (int)table.Cells[field.Columns[i]].RowElements;
            var place = new FieldPart(target, width, offset, part, rows);
            if (Fill(columns[i], place, field) is { Row: >= 0 } bad)
            {
                throw DataException.At(table.Name, first + bad.Row + 1, table.Cells[field.Columns[i]].Name, Expected(field), bad.Text, "Correct the value, or specify another type in a schema.");
            }

            offset += part;
        }

        return target;
    }

    /// <exception cref="DataException">No value of the column could be one of the field.</exception>
    public static void RequireConvertible(ITable table, TableField field, int column, ElementType type)
    {
        bool fits = field.Codes is not null ? type == ElementType.String
            : type == field.Type || (NumberConversion.IsNumber(type) && (NumberConversion.IsNumber(field.Type) || field.Type == ElementType.String));
        if (!fits)
        {
            throw DataException.At(table.Name, 0, table.Cells[column].Name, field.Codes is null ? field.Type.Name() : "text to code", type.Name(), "Convert the column before saving it, or list its strings as codes in a schema.");
        }
    }

    private static string Expected(TableField field) => field.Codes is null ? field.Type.Name() : $"one of {DataSourceExtensions.Names(field.Codes.Keys)}";

    // The first row that does not match, and its value; row −1 if all match.
    private static (int Row, string Text) Fill(TensorValue source, FieldPart place, TableField field)
    {
        if (source.ElementType == ElementType.String)
        {
            ReadOnlySpan<string> texts = source.AsSpan<string>();
            int bad = field.Codes is { } codes ? NumberConversion.FromCodes(texts, place, codes) : place.Copy(texts, field.Required);
            return (bad, bad < 0 ? "" : string.IsNullOrEmpty(texts[bad * place.Width]) ? "an empty text" : DataException.Quote(texts[bad * place.Width]));
        }

        int row = source.ElementType == field.Type && !(field.Required && TableColumn.KindOf(field.Type) == ColumnKind.Real) ? place.CopyBytes(source) : NumberConversion.Convert(source, place, field.Required);
        return (row, row < 0 ? "" : NumberConversion.Text(source, row, place.Width));
    }
}
