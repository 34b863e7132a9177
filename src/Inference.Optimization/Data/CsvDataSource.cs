using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Inference.Optimization.Data;

/// <summary>A table with a header line, streamed.</summary>
public sealed class CsvDataSource : IDataSource
{
    private readonly string _path;
    private readonly char _delimiter;
    private readonly string[] _header;
    private readonly Dictionary<string, CsvField> _fields = new(StringComparer.Ordinal);
    private readonly Lazy<string> _digest;

    /// <summary>Reads the header and settles the columns.</summary>
    /// <param name="path">The table; <c>.tsv</c> is split at tabs.</param>
    /// <param name="schema">How its columns make the model's inputs; null: each column is one input (int64 where the first row has a whole number, else float32, else text),
    /// and <c>name[0]</c>, <c>name[1]</c>… make one vector.</param>
    /// <exception cref="DataException">There is no row, or the schema names a column that is not there.</exception>
    public CsvDataSource(string path, CsvSchema? schema = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = path;
        _delimiter = schema?.Delimiter ?? (path.EndsWith(".tsv", StringComparison.OrdinalIgnoreCase) ? '\t' : ',');
        _digest = new(() =>
        {
            using FileStream stream = File.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        });
        using StreamReader reader = Open();
        List<string> cells = [];
        CsvLine.Split(reader.ReadLine() ?? "", _delimiter, cells);
        _header = [.. cells.Select(c => c.Trim())];
        string? first = reader.ReadLine();
        if (string.IsNullOrWhiteSpace(first))
        {
            throw new DataException($"{path}: expected a header line and at least one row, got no row. Add rows.");
        }

        CsvLine.Split(first, _delimiter, cells);
        foreach (CsvField field in schema?.Fields ?? Infer(cells))
        {
            foreach (string column in field.Columns.Where(c => !_header.Contains(c)))
            {
                throw new DataException($"{path}: expected the column '{column}' of the field '{field.Name}', got {string.Join(", ", _header)}. Correct the schema or the table.");
            }

            _fields.Add(field.Name, field);
        }

        Columns = [.. _fields.Values.Select(f => new DataColumn(f.Name, f.Type, f.Columns.Count == 1 && !f.Columns[0].EndsWith(']') ? [] : [f.Columns.Count]))];
    }

    /// <inheritdoc/>
    public string Name => _path;

    /// <inheritdoc/>
    public IReadOnlyList<DataColumn> Columns { get; }

    /// <inheritdoc/>
    public long? RowCount => null;

    /// <inheritdoc/>
    public string Digest => _digest.Value;

    /// <inheritdoc/>
    public async IAsyncEnumerable<DataBatch> ReadAsync(
        IReadOnlyCollection<string> columns, int batchRows, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchRows, 1);
        DataColumn[] wanted = [.. columns.Select(this.Column)];
        using StreamReader reader = Open();
        await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false);
        var rows = new List<string[]>(batchRows);
        var cells = new List<string>();
        long first = 0;
        bool more = true;
        while (more)
        {
            string? line = await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false);
            more = line is not null;
            if (!string.IsNullOrWhiteSpace(line))
            {
                CsvLine.Split(line, _delimiter, cells);
                rows.Add(cells.Count == _header.Length ? [.. cells] : throw new DataException(
                    $"{_path}, row {first + rows.Count + 1}: expected {_header.Length} cells as in the header, got {cells.Count}. Quote cells that hold the delimiter."));
            }

            if (rows.Count == batchRows || (!more && rows.Count > 0))
            {
                var values = new NamedValues(wanted.Length);
                foreach (DataColumn column in wanted)
                {
                    values.Add(column.Name, Build(column, rows, first));
                }

                yield return new DataBatch(values, first, rows.Count);
                first += rows.Count;
                rows.Clear();
            }
        }
    }

    private TensorValue Build(DataColumn column, List<string[]> rows, long first)
    {
        int[] at = [.. _fields[column.Name].Columns.Select(c => Array.IndexOf(_header, c))];
        TensorValue tensor = TensorValue.Allocate(column.Type, [rows.Count, .. column.RowShape]);
        for (int row = 0; row < rows.Count; row++)
        {
            for (int i = 0; i < at.Length; i++)
            {
                string cell = rows[row][at[i]].Trim();
                if (!Store(tensor, (row * at.Length) + i, cell))
                {
                    throw new DataException($"{_path}, row {first + row + 1}, column '{_header[at[i]]}': expected {column.Type.Name()}, got '{cell}'. Correct the cell, or state another type in the schema.");
                }
            }
        }

        return tensor;
    }

    private static bool Store(TensorValue tensor, int index, string cell)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        switch (tensor.ElementType)
        {
            case ElementType.Float:
                return float.TryParse(cell, NumberStyles.Float, culture, out tensor.AsWritableSpan<float>()[index]);
            case ElementType.Double:
                return double.TryParse(cell, NumberStyles.Float, culture, out tensor.AsWritableSpan<double>()[index]);
            case ElementType.Int64:
                return long.TryParse(cell, NumberStyles.Integer, culture, out tensor.AsWritableSpan<long>()[index]);
            case ElementType.Int32:
                return int.TryParse(cell, NumberStyles.Integer, culture, out tensor.AsWritableSpan<int>()[index]);
            case ElementType.Bool:
                tensor.AsWritableSpan<bool>()[index] = cell is "1" or "true" or "True" or "TRUE";
                return cell is "0" or "1" or "true" or "false" or "True" or "False" or "TRUE" or "FALSE";
            default:
                tensor.AsWritableSpan<string>()[index] = cell;
                return true;
        }
    }

    private List<CsvField> Infer(List<string> firstRow)
    {
        var fields = new List<CsvField>();
        foreach (IGrouping<string, string> group in _header.GroupBy(h => h.EndsWith(']') && h.IndexOf('[', StringComparison.Ordinal) is > 0 and var at ? h[..at] : h))
        {
            string[] cells = [.. group.Select(c => firstRow.ElementAtOrDefault(Array.IndexOf(_header, c))?.Trim() ?? "")];
            ElementType type =
                cells.All(c => long.TryParse(c, NumberStyles.Integer, CultureInfo.InvariantCulture, out _)) ? ElementType.Int64
                : cells.All(c => float.TryParse(c, NumberStyles.Float, CultureInfo.InvariantCulture, out _)) ? ElementType.Float
                : ElementType.String;
            fields.Add(new CsvField(group.Key, type, [.. group]));
        }

        return fields;
    }

    private StreamReader Open()
    {
        try
        {
            return new StreamReader(_path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{_path}: expected a table that can be read, got: {exception.Message} Check the path.", exception);
        }
    }
}
