using System.Collections.ObjectModel;
using System.Runtime.CompilerServices;
using Inference.Data.Contract;
using Inference.Data.Tables;
using nietras.SeparatedValues;

namespace Inference.Data.Csv;

/// <summary>A text table, read row by row: one row of text and one batch of results are in memory.</summary>
internal sealed class CsvTable : ITable
{
    private readonly char _delimiter;
    private readonly bool _hasHeader;
    private readonly HashSet<string> _missing;
    private readonly Lazy<string> _digest;

    /// <summary>Infers the separator, the header and the kind of each column from the first rows.</summary>
    public CsvTable(string path, DataSchema? schema)
    {
        Name = path;
        _digest = new(() => FileDigest.Of(path));
        _missing = [.. schema?.Missing ?? []];
        _delimiter = schema?.Delimiter ?? CsvDelimiter.Find(path);
        CsvSample sample = Sample(schema?.Header);
        _hasHeader = sample.HasHeader;
        Cells = sample.Columns;
        Notes = [$"{(_delimiter == '\t' ? "tabs" : $"'{_delimiter}'")} between cells", sample.HeaderNote];
    }

    public string Name { get; }

    public long? RowCount => null;

    public string Digest => _digest.Value;

    public IReadOnlyList<TableColumn> Cells { get; }

    public bool IsText => true;

    public IReadOnlyList<string> Notes { get; }

    public IReadOnlyDictionary<string, string> Unreadable => ReadOnlyDictionary<string, string>.Empty;

    public async IAsyncEnumerable<DataBatch> ReadAsync(IReadOnlyList<TableField> fields, int batchRows, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        using SepReader reader = Open();
        if (_hasHeader)
        {
            Next(reader, 0);
        }

        // A row takes at least one byte for each cell.
        batchRows = (int)Math.Min(batchRows, (new FileInfo(Name).Length / Cells.Count) + 1);
        long first = 0;
        for (bool more = true; more;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var values = new NamedValues(fields.Count);
            CellReader[] readers = [.. fields.Select(field => CellReader.Create(field, batchRows, _missing))];
            int rows = Fill(reader, readers, first, batchRows, cancellationToken);
            more = rows == batchRows;
            if (rows > 0)
            {
                foreach (CellReader made in readers)
                {
                    values.Add(made.Field.Name, made.Take(rows));
                }

                yield return new DataBatch(values, first, rows);
                first += rows;
            }
        }
    }

    private int Fill(SepReader reader, CellReader[] readers, long first, int batchRows, CancellationToken cancellationToken)
    {
        int rows = 0;
        while (rows < batchRows && Next(reader, first + rows))
        {
            SepReader.Row row = reader.Current;
            if (IsBlank(row))
            {
                continue;
            }

            RequireWidth(row, Cells.Count, first + rows + 1);
            foreach (CellReader cells in readers)
            {
                if (cells.Read(row, rows) is var bad and >= 0)
                {
                    throw Bad(cells.Field, bad, row[bad].Span, first + rows + 1);
                }
            }

            rows++;
            if (rows % 64 == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }

        return rows;
    }

    private DataException Bad(TableField field, int column, ReadOnlySpan<char> cell, long row)
    {
        string advice = cell.IsWhiteSpace()
            ? field.Required ? "Remove the row, or fill the cell." : $"Fill the cell, or read the column as float32, where a missing number is NaN."
            : field.Codes is not null ? "Add it to the codes, or correct the cell."
            : cell.Contains(',') && field.Type != ElementType.String ? "Write numbers with a decimal point."
            : "Correct the cell, or specify another type in the schema.";
        string expected = field.Codes is null ? field.Type.Name() : $"one of {DataSourceExtensions.Names(field.Codes.Keys)}";
        return DataException.At(Name, row, Cells[column].Name, expected, cell.IsWhiteSpace() ? "an empty cell" : DataException.Quote(cell), advice);
    }

    private CsvSample Sample(bool? header)
    {
        // Types of columns are guessed from these rows; wide tables get fewer, three at least, to bound memory.
        const int MaxRows = 1000;
        const int MaxCells = 4 << 20;
        using SepReader reader = Open();
        CsvSample? sample = null;
        int rows = 0;
        while (rows < MaxRows && (sample is null || rows < 3 || (long)rows * sample.Width < MaxCells) && Next(reader, Math.Max(0, rows - 1)))
        {
            SepReader.Row row = reader.Current;
            if (IsBlank(row))
            {
                continue;
            }

            sample ??= new CsvSample(Name, row.ColCount, _missing);
            RequireWidth(row, sample.Width, rows);
            sample.Add(row);
            rows++;
        }

        sample ??= new CsvSample(Name, 0, _missing);
        sample.Complete(header);
        return sample;
    }

    private void RequireWidth(SepReader.Row row, int width, long number)
    {
        if (row.ColCount != width)
        {
            string advice = $"The row starts in line {row.LineNumberFrom}. Quote cells that contain {(_delimiter == '\t' ? "a tab" : $"'{_delimiter}'")}, and close every quote.";
            throw DataException.At(Name, number, null, $"{width} cells, as in the first line", $"{row.ColCount}", advice);
        }
    }

    // An empty line is not a row.
    private static bool IsBlank(SepReader.Row row) => row.ColCount == 1 && row.Span.IsWhiteSpace();

    private SepReader Open()
    {
        FileStream stream = FileDigest.Open(Name);
        try
        {
            var reader = new StreamReader(stream, CsvDelimiter.Encoding, detectEncodingFromByteOrderMarks: true);
            return Sep.New(_delimiter).Reader(options => options with { HasHeader = false, DisableColCountCheck = true, Unescape = true }).From(reader);
        }
        catch (Exception exception) when (Refused(exception) is { } refused)
        {
            stream.Dispose();
            throw refused(Name, 0);
        }
    }

    private bool Next(SepReader reader, long row)
    {
        try
        {
            if (!reader.MoveNext())
            {
                return false;
            }
        }
        catch (Exception exception) when (Refused(exception) is { } refused)
        {
            throw refused(Name, row);
        }

        // Only the end of the file ends a row inside quotes.
        SepReader.Row current = reader.Current;
        return current.Span.Count('"') % 2 == 0 ? true : throw DataException.At(Name, row + 1, null, "every quote to be closed", "one that is open at the end of the file", $"The row starts in line {current.LineNumberFrom}. Close the quote.");
    }

    private static Func<string, long, DataException>? Refused(Exception exception) => exception switch
    {
        System.Text.DecoderFallbackException => (name, row) => DataException.At(name, row + 1, null, "text in UTF-8", "invalid bytes", "Save the table as UTF-8.", exception),
        NotSupportedException or InvalidDataException or IOException => (name, row) => DataException.At(name, row + 1, null, "a row that can be read", exception.Message, "Close every quote; a row may have 16 million characters.", exception),
        _ => null,
    };
}
