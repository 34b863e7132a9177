using Inference.Data.Tables;

namespace Inference.Data.Mapping;

/// <summary>Finds which columns of a table make which input, label and slice. What is not certain is refused.</summary>
internal sealed class ColumnMapper
{
    private readonly ITable _table;
    private readonly MappingOptions _options;
    private readonly ColumnPlaces _places;
    private readonly List<TableField> _fields = [];
    private readonly List<(int Column, ColumnUse Use)> _uses = [];
    private readonly HashSet<int> _taken = [];
    private readonly HashSet<int> _labels = [];
    private readonly HashSet<int> _slices = [];

    public ColumnMapper(ITable table, MappingOptions options)
    {
        _table = table;
        _options = options;
        _places = new ColumnPlaces(table);
    }

    /// <summary>The resulting columns: inputs in the model's order, labels, slices, then other fields of the schema.</summary>
    public IReadOnlyList<TableField> Fields => _fields;

    /// <exception cref="DataException">See <see cref="MappedDataSource.Create"/>.</exception>
    public void Map(IReadOnlyList<ModelPort> inputs)
    {
        var extra = new List<TableField>();
        if (_options.Labels is { } labels && IsThere(labels))
        {
            extra.Add(Asked(labels, ColumnRole.Label, _labels));
        }

        extra.AddRange(_options.Slices.Distinct(StringComparer.Ordinal).Where(slice => slice != _options.Labels && IsThere(slice)).Select(slice => Asked(slice, ColumnRole.Slice, _slices)));
        var made = new TableField?[inputs.Count];
        for (int i = 0; i < made.Length; i++)
        {
            made[i] = Stated(inputs[i]) ?? ByName(inputs[i]);
        }

        ModelPort[] left = [.. inputs.Where((port, i) => made[i] is null && !port.IsOptional)];
        int[] free = [.. Enumerable.Range(0, _table.Cells.Count).Where(c => !_taken.Contains(c) && !_labels.Contains(c) && !IsIndex(c))];
        for (int i = 0; i < made.Length; i++)
        {
            made[i] ??= left.Contains(inputs[i]) ? ByContent(inputs[i], left, free) : null;
        }

        // A label or slice may have the name of an input, which is then read as both.
        _fields.AddRange(made.OfType<TableField>());
        foreach (TableField field in extra)
        {
            int same = _fields.FindIndex(f => f.Name == field.Name);
            if (same < 0)
            {
                _fields.Add(field);
            }
            else
            {
                _fields[same] = _fields[same] with { Required = _fields[same].Required || field.Required };
            }
        }

        foreach (DataField field in (_options.Schema?.Fields ?? []).Where(field => _fields.TrueForAll(f => f.Name != field.Name)))
        {
            _fields.Add(Other(field));
        }
    }

    public MappingReport Report()
    {
        var uses = new List<ColumnUse>(_table.Cells.Count);
        ILookup<int, ColumnUse> byColumn = _uses.ToLookup(static use => use.Column, static use => use.Use);
        for (int i = 0; i < _table.Cells.Count; i++)
        {
            TableColumn column = _table.Cells[i];
            ColumnUse[] own = [.. byColumn[i]];
            uses.AddRange(own.Length > 0 ? own : [new ColumnUse { Column = column.Name, Holds = column.ToString(), Role = ColumnRole.Unused, Reason = WhyUnused(column) }]);
        }

        uses.AddRange(_table.Unreadable.Select(static column => new ColumnUse { Column = column.Key, Holds = "unreadable", Role = ColumnRole.Unused, Reason = column.Value }));
        return new MappingReport { Source = _table.Name, Notes = _table.Notes, Made = [.. _fields.Select(static field => field.Column)], Columns = uses };
    }

    private static string WhyUnused(TableColumn column) => column.Kind switch
    {
        ColumnKind.Date => "dates, and no input has this name",
        ColumnKind.Empty => "empty",
        _ => $"no input has this name{(column.Note.Length > 0 ? $"; {column.Note}" : "")}",
    };

    private bool IsThere(string name) => !_options.InputsOnly || _places.Find(name) >= 0 || _places.Vector(name) is not null || _options.Schema?.Fields.Any(field => field.Name == name) == true;

    // A label or slice: a column, a vector of columns, or the schema's field of that name.
    private TableField Asked(string name, ColumnRole role, HashSet<int> taken)
    {
        DataField? stated = _options.Schema?.Fields.FirstOrDefault(field => field.Name == name);
        int[] columns = stated is not null ? _places.Of(stated) : _places.Of(new DataField { Name = name });
        Dictionary<string, int>? codes = TableField.CodesOf($"{_table.Name}, field '{name}'", stated?.Codes ?? []);
        ElementType type = stated?.Type ?? (codes is null ? TableRows.Common(_table, columns) : ElementType.Int64);
        long[] shape = Shape(columns);
        if (role == ColumnRole.Slice && shape.Length > 0)
        {
            throw new DataException($"{_table.Name}, column '{name}': expected one value per row for a slice, got rows of shape {TensorShape.Format(shape)}. Choose another column.");
        }

        if (role == ColumnRole.Label && columns.Any(c => _table.Cells[c].Kind == ColumnKind.Empty))
        {
            throw new DataException($"{_table.Name}, column '{name}': expected labels, got only empty cells. Choose another column.");
        }

        taken.UnionWith(columns);
        Use(columns, role, name, stated is null ? "by name" : "as specified in the schema");
        return new TableField(name, type, shape, columns, codes, Required: role == ColumnRole.Label);
    }

    private TableField Other(DataField field)
    {
        int[] columns = _places.Of(field);
        Dictionary<string, int>? codes = TableField.CodesOf($"{_table.Name}, field '{field.Name}'", field.Codes);
        return new TableField(field.Name, field.Type ?? (codes is null ? TableRows.Common(_table, columns) : ElementType.Int64), Shape(columns), columns, codes);
    }

    private long[] Shape(int[] columns) => columns.Length == 1 ? [.. _table.Cells[columns[0]].RowShape] : [columns.Sum(c => _table.Cells[c].RowElements)];

    private TableField? Stated(ModelPort port) => _options.Schema?.Fields.FirstOrDefault(field => field.Name == port.Name) is { } field
        ? Make(port, _places.Of(field), "as specified in the schema", field) ?? throw Misfit(port, _places.Of(field))
        : null;

    private TableField? ByName(ModelPort port)
    {
        if (_table.Unreadable.TryGetValue(port.Name, out string? reason) && !port.IsOptional)
        {
            throw new DataException($"{_table.Name}, column '{port.Name}', for the model's input {port}: {reason}");
        }

        if (_places.Find(port.Name) is var exact and >= 0)
        {
            // A single column may coincidentally have the name of an input that is built from several.
            return Make(port, [exact], "by name") ?? (_table.Cells[exact].RowElements == 1 && RowFit.Width(port) is > 1 ? null : throw Misfit(port, [exact]));
        }

        if (_places.Vector(port.Name) is { } vector)
        {
            return Make(port, vector, $"by the column names {port.Name}[0] to {port.Name}[{vector.Length - 1}]") ?? throw Misfit(port, vector);
        }

        string plain = Plain(port.Name);
        (string Name, bool IsVector, int[] Columns)[] similar = [.. _places.Groups.Where(group => Plain(group.Name) == plain)];
        return similar.Length switch
        {
            0 => null,
            1 => Make(port, similar[0].Columns, $"by the name, ignoring case and punctuation") ?? throw Misfit(port, similar[0].Columns),
            _ => throw new DataException($"{_table.Name}: expected one column for the model's input {port}, got {DataSourceExtensions.Names(similar.Select(static s => s.Name))}, which differ only in case or punctuation. Name one of them '{port.Name}'."),
        };
    }

    // skl2onnx and others write '_' for characters that are not allowed in Python names.
    private static string Plain(string name) => string.Concat(name.Select(static c => char.IsLetterOrDigit(c) ? char.ToLowerInvariant(c) : '_'));

    private TableField ByContent(ModelPort port, ModelPort[] left, int[] free)
    {
        int[] arrays = [.. free.Where(c => !_slices.Contains(c))];
        if (left.Length == 1 && arrays.Length == 1 && Make(port, arrays, "the only remaining column for the only input") is { } only)
        {
            return only;
        }

        // numpy.savez numbers arrays that are passed without names.
        int[] numbered = [.. Enumerable.Range(0, arrays.Length).Select(i => _places.Find($"arr_{i}"))];
        if (numbered.Length == left.Length && numbered.All(arrays.Contains) && Make(port, [numbered[Array.IndexOf(left, port)]], "by position, because the arrays have no names") is { } placed)
        {
            return placed;
        }

        bool wantsText = port.Type.ElementType == ElementType.String;
        string kind = wantsText ? "text" : "numeric";
        if (left.Count(other => other.Type.ElementType == ElementType.String == wantsText) > 1 || RowFit.Width(port) is not { } width)
        {
            throw NotFound(port, left, free, "");
        }

        int[] all = [.. free.Where(c => wantsText ? _table.Cells[c].Kind == ColumnKind.Text : _table.Cells[c].IsNumeric)];
        int[][] fits = [.. new[] { all, [.. all.Except(_slices)] }.DistinctBy(static c => c.Length).Where(columns => columns.Length > 0 && columns.Sum(c => _table.Cells[c].RowElements) == width)];
        return fits.Length == 1 && Make(port, fits[0], $"all {fits[0].Length} remaining {kind} columns, in file order") is { } stacked
            ? stacked
            : throw NotFound(port, left, free, $" Its rows have {width} elements, the remaining {kind} columns have {all.Sum(c => _table.Cells[c].RowElements)}.");
    }

    // The column that pandas writes for the index of a data frame: unnamed, or with a special name.
    private bool IsIndex(int column) => _table.Cells[column].Note is "without a name" or "the index of a data frame";

    private TableField? Make(ModelPort port, int[] columns, string reason, DataField? stated = null)
    {
        if (port.Type.Kind != ModelValueKind.Tensor)
        {
            throw new DataException($"{_table.Name}: expected tensors for every input of the model, but '{port.Name}' is a {port.Type}, which cannot be read from rows of a file.");
        }

        long[] row = columns.Length == 1 && _table.Cells[columns[0]].RowShape.Count != 1 ? [.. _table.Cells[columns[0]].RowShape] : [columns.Sum(c => _table.Cells[c].RowElements)];
        if (RowFit.Of(port, row) is not { } shape)
        {
            return null;
        }

        Dictionary<string, int>? codes = TableField.CodesOf($"{_table.Name}, field '{port.Name}'", stated?.Codes ?? []);
        ElementType type = stated?.Type ?? (port.Type.ElementType != ElementType.Undefined ? port.Type.ElementType : codes is null ? TableRows.Common(_table, columns) : ElementType.Int64);
        var field = new TableField(port.Name, type, shape, columns, codes);
        foreach (int column in columns)
        {
            RequireKind(port, field, column);
        }

        _taken.UnionWith(columns);
        Use(columns, ColumnRole.Input, port.Name, shape.SequenceEqual(row) || columns.Length > 1 || row.Length == 0 ? reason : $"{reason}, as rows of shape {TensorShape.Format([.. shape])}");
        return field;
    }

    private void RequireKind(ModelPort port, TableField field, int column)
    {
        TableColumn cell = _table.Cells[column];
        bool number = NumberConversion.IsNumber(field.Type);
        if (field.Codes is null && number && cell.Kind is ColumnKind.Text or ColumnKind.Date)
        {
            string advice = cell.Kind == ColumnKind.Date ? "Convert them to numbers first, such as days since a date." : "List its strings as codes, or the strings that denote missing numbers, in a schema.";
            throw DataException.At(_table.Name, 0, cell.Name, $"{field.Type.Name()} for the model's input '{port.Name}'", $"{(cell.Kind == ColumnKind.Date ? "dates" : "text")}{(cell.Note.Length > 0 ? $" ({cell.Note})" : "")}", advice);
        }

        if (!_table.IsText)
        {
            FieldBuilder.RequireConvertible(_table, field, column, cell.Type);
        }
    }

    private void Use(int[] columns, ColumnRole role, string target, string reason)
    {
        foreach (int column in columns)
        {
            TableColumn cell = _table.Cells[column];
            _uses.Add((column, new ColumnUse { Column = cell.Name, Holds = cell.ToString(), Role = role, Target = target, Reason = cell.Note.Length > 0 ? $"{reason}; {cell.Note}" : reason }));
        }
    }

    private DataException Misfit(ModelPort port, int[] columns) => new(
        $"{_table.Name}: expected rows of {port} for the model's input '{port.Name}', got {(columns.Length == 1 ? $"'{_table.Cells[columns[0]].Name}' of shape {TensorShape.Format([.. _table.Cells[columns[0]].RowShape])}" : $"{columns.Length} columns")} per row. Reshape the data, or list the columns in a schema.");

    private DataException NotFound(ModelPort port, ModelPort[] left, int[] free, string counts)
    {
        string columns = DataSourceExtensions.Names(free.Select(c => _table.Cells[c].Name));
        string dates = DataSourceExtensions.Names(free.Where(c => _table.Cells[c].Kind == ColumnKind.Date).Select(c => _table.Cells[c].Name));
        string others = left.Length > 1 ? $" The inputs without a column are also {DataSourceExtensions.Names(left.Where(p => p != port).Select(static p => p.Name))}." : "";
        return new DataException($"{_table.Name}: expected a column '{port.Name}' for the model's input {port}, or columns '{port.Name}[0]' and so on; the unused columns are {columns}{(dates == "none" ? "" : $", of which {dates} contain dates")}.{counts}{others} Name the columns after the inputs, or list them in a schema.");
    }
}
