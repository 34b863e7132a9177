namespace Inference;

/// <summary>Turns the properties of rows into a model's inputs: one tensor for each property, one row for each object. Used by the generated part of a type with <see cref="ModelInputAttribute"/>.</summary>
public sealed class ModelInputColumns
{
    private readonly string _type;
    private readonly ModelInfo? _model;
    private readonly NamedValues _values;

    internal ModelInputColumns(string type, ModelInfo? model, NamedValues values)
    {
        _type = type;
        _model = model;
        _values = values;
    }

    /// <summary>Adds an input with one element in a row: <c>[N]</c>, or <c>[N,1,…]</c> if the model declares more dimensions.</summary>
    /// <param name="name">The name of the property, or that of the input.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="get">Reads the property.</param>
    /// <exception cref="ModelSignatureException">The model has no such input, or one of another type.</exception>
    /// <exception cref="InvalidInputException">A text is null.</exception>
    public void Add<TRow, T>(string name, IReadOnlyList<TRow> rows, Func<TRow, T> get)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(get);
        ModelPort? port = Find<T>(name);
        var values = new T[rows.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = get(rows[i]);
        }

        Add(name, port, values, port?.Shape is null ? [values.Length] : Shape(name, port, values.Length, 1));
    }

    /// <summary>Adds an input with several elements in a row: <c>[N,L]</c>, or <c>[N,…]</c> with the dimensions that the model declares.</summary>
    /// <param name="name">The name of the property, or that of the input.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="get">Reads the property: the elements of a row, row-major.</param>
    /// <exception cref="ModelSignatureException">The model has no such input, or one of another type.</exception>
    /// <exception cref="InvalidInputException">The rows have different lengths, or another length than the model declares; or a text is null.</exception>
    public void AddRows<TRow, T>(string name, IReadOnlyList<TRow> rows, Func<TRow, ReadOnlyMemory<T>> get)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(get);
        ModelPort? port = Find<T>(name);
        int length = rows.Count == 0 ? 0 : get(rows[0]).Length;
        var values = new T[checked(rows.Count * length)];
        for (int i = 0; i < rows.Count; i++)
        {
            ReadOnlyMemory<T> row = get(rows[i]);
            if (row.Length != length)
            {
                throw Wrong(port?.Name ?? name, name, $"{length} elements in row {i}, as in row 0", $"{row.Length}", "Pad the rows to one length, or run them separately");
            }

            row.Span.CopyTo(values.AsSpan(i * length));
        }

        Add(name, port, values, port?.Shape is null ? [rows.Count, length] : Shape(name, port, rows.Count, length));
    }

    /// <summary>Checks that no input is missing.</summary>
    /// <exception cref="ModelSignatureException">The model requires an input that no property fills.</exception>
    internal void RequireAll()
    {
        foreach (ModelPort port in _model?.Inputs ?? [])
        {
            if (!port.IsOptional && !_values.ContainsKey(port.Name))
            {
                throw Misfit(port.Name, $"the model requires it ({port.Type}), but no property has its name. Add a property, or name the input on one with [ModelInputName]", null, port.Type.ToString());
            }
        }
    }

    private void Add<T>(string name, ModelPort? port, T[] values, long[] shape)
    {
        if (values is string?[] texts && Array.FindIndex(texts, static t => t is null) is >= 0 and int missing)
        {
            throw Wrong(port?.Name ?? name, name, $"a text as element {missing}", "null", "Pass an empty text instead");
        }

        if (_values.ContainsKey(port?.Name ?? name))
        {
            throw Misfit(port?.Name ?? name, $"several properties have its name; the last is '{name}'. Name another input with [ModelInputName], or leave one out with [ModelInputIgnore]", null, null);
        }

        _values.Add(port?.Name ?? name, TensorValue.Borrow<T>(values, shape));
    }

    private ModelPort? Find<T>(string name)
    {
        if (_model is null)
        {
            return null;
        }

        ModelPort port = _model.Inputs.FirstOrDefault(p => p.Name == name) ?? Alike(name)
            ?? throw Misfit(name, $"the model has no such input; it has {string.Join(", ", _model.Inputs.Select(p => $"'{p.Name}'"))}. Rename the property, name the input with [ModelInputName], or leave it out with [ModelInputIgnore]", null, null);
        if (port.Type.Kind != ModelValueKind.Tensor || (port.Type.ElementType != ElementTypes.Of<T>() && port.Type.ElementType != ElementType.Undefined))
        {
            throw Misfit(port.Name, $"the model expects {port.Type}, the property '{name}' holds {ElementTypes.Of<T>().Name()}. Change the property's type", ElementTypes.Of<T>().Name(), port.Type.ToString());
        }

        return port;
    }

    private ModelPort? Alike(string name)
    {
        ModelPort[] alike = [.. _model!.Inputs.Where(p => Plain(p.Name) == Plain(name))];
        return alike.Length > 1
            ? throw Misfit(name, $"several inputs have a name like it: {string.Join(", ", alike.Select(p => $"'{p.Name}'"))}. Name one with [ModelInputName]", null, null)
            : alike.FirstOrDefault();
    }

    // At most one dimension of a row may be open: it follows from the number of elements.
    private long[] Shape(string name, ModelPort port, int rows, int length)
    {
        IReadOnlyList<Dimension> declared = port.Shape!;
        if (declared.Count == 0)
        {
            throw Misfit(port.Name, $"the model expects one value ({port.Type}), which has no rows. Run it with NamedValues", null, port.Type.ToString());
        }

        var shape = new long[declared.Count];
        shape[0] = rows;
        long size = 1;
        int open = -1;
        for (int i = 1; i < shape.Length; i++)
        {
            if (declared[i].Size is null && open < 0)
            {
                open = i;
                continue;
            }

            // Of several open dimensions, the others are taken as 1 only where that is all there is.
            shape[i] = declared[i].Size ?? (length == 1 ? 1 : throw Misfit(port.Name, $"the dimensions of a row of {port.Type} do not follow from its number of elements. Run it with NamedValues", null, port.Type.ToString()));
            size *= shape[i];
        }

        if (open >= 0)
        {
            shape[open] = size == 0 ? 0 : length / size;
            size *= shape[open];
        }

        return size == length || rows == 0 ? shape : throw Wrong(port.Name, name, $"{(open >= 0 ? "a multiple of the fixed dimensions" : $"{size}")} elements a row for {port.Type}", $"{length}", "Pass rows of that length");
    }

    private static string Plain(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToUpperInvariant();

    private ModelSignatureException Misfit(string port, string problem, string? expected, string? actual) =>
        new($"Type '{_type}', model '{_model?.Name ?? "?"}', input '{port}': {problem}.") { Port = port, Expected = expected, Actual = actual };

    private InvalidInputException Wrong(string input, string property, string expected, string actual, string advice) =>
        new($"Type '{_type}', property '{property}'{(_model is null ? "" : $", model '{_model.Name}'")}, input '{input}': expected {expected}, got {actual}. {advice}.") { Input = input, Expected = expected, Actual = actual };
}
