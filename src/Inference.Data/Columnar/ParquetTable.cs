using System.Runtime.CompilerServices;
using Inference.Data.Contract;
using Inference.Data.Tables;
using Parquet;
using Parquet.Schema;
using ParquetField = Parquet.Schema.DataField;

namespace Inference.Data.Columnar;

/// <summary>A Parquet file, read row group by row group.</summary>
internal sealed class ParquetTable : ITable
{
    private readonly Dictionary<string, string> _unreadable = new(StringComparer.Ordinal);
    private readonly Lazy<string> _digest;

    /// <summary>Reads the metadata.</summary>
    public ParquetTable(string path)
    {
        Name = path;
        _digest = new(() => FileDigest.Of(path));
        using FileStream stream = FileDigest.Open(path);
        ParquetFooter.Require(path, stream);
        ParquetReader reader = Guard(() => ParquetReader.CreateAsync(stream).GetAwaiter().GetResult(), "metadata");
        var columns = new List<TableColumn>();
        foreach (Field field in Guard(() => reader.Schema, "schema").Fields)
        {
            if (ParquetColumn.Reason(field) is { } reason)
            {
                _unreadable[field.Name] = reason;
            }
            else
            {
                (ColumnKind kind, ElementType type) = Guard(() => ParquetColumn.KindOf((ParquetField)field, HasNulls(reader, (ParquetField)field)), "statistics");
                columns.Add(new TableColumn(field.Name, kind, type, [], field.Name.StartsWith("__index_level_", StringComparison.Ordinal) ? "the index of a data frame" : ""));
            }
        }

        Cells = columns;
        RowCount = Guard(() => Rows(reader), "row count");
        if (columns.Count == 0 || RowCount == 0)
        {
            throw columns.Count == 0 && _unreadable.Count > 0
                ? new DataException($"{path}, column '{_unreadable.First().Key}': {_unreadable.First().Value}")
                : new DataException($"{path}: expected at least one column with at least one row, got {columns.Count} columns and {RowCount} rows. Save the rows again.");
        }
    }

    public string Name { get; }

    public long? RowCount { get; }

    public string Digest => _digest.Value;

    public IReadOnlyList<TableColumn> Cells { get; }

    public bool IsText => false;

    public IReadOnlyList<string> Notes => [];

    public IReadOnlyDictionary<string, string> Unreadable => _unreadable;

    public async IAsyncEnumerable<DataBatch> ReadAsync(IReadOnlyList<TableField> fields, int batchRows, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int[] columns = [.. fields.SelectMany(static field => field.Columns).Distinct()];
        Dictionary<int, int> places = columns.Index().ToDictionary(static c => c.Item, static c => c.Index);
        FileStream stream = FileDigest.Open(Name);
        await using var _ = stream.ConfigureAwait(false);
        ParquetFooter.Require(Name, stream);
        ParquetReader reader = await GuardAsync(() => ParquetReader.CreateAsync(stream, null, leaveStreamOpen: true, cancellationToken), "metadata").ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        ParquetField[] wanted = [.. columns.Select(column => Guard(() => reader.Schema, "schema").Fields.OfType<ParquetField>().FirstOrDefault(f => f.Name == Cells[column].Name)
            ?? throw new DataException($"{Name}, column '{Cells[column].Name}': the column is no longer in the file. Open the data again."))];
        long first = 0;
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            int place = group;
            using ParquetRowGroupReader rows = Guard(() => reader.OpenRowGroupReader(place), $"row group {group}");
            int count = Require(rows, wanted, columns, stream.Length, group);
            var tensors = new TensorValue[columns.Length];
            for (int i = 0; i < columns.Length; i++)
            {
                ParquetField field = wanted[i];
                tensors[i] = await GuardAsync(() => ParquetColumn.ReadAsync(Name, rows, field, count, cancellationToken), $"column '{field.Name}' of row group {group}").ConfigureAwait(false);
            }

            for (int start = 0; start < count; start += batchRows)
            {
                int batch = Math.Min(batchRows, count - start);
                var values = new NamedValues(fields.Count);
                foreach (TableField field in fields)
                {
                    TensorValue[] parts = [.. field.Columns.Select(c => tensors[places[c]].Rows(start, batch))];
                    values.Add(field.Name, FieldBuilder.Build(this, field, parts, first + start));
                    Array.ForEach(parts, static part => part.Dispose());
                }

                yield return new DataBatch(values, first + start, batch);
            }

            Array.ForEach(tensors, static tensor => tensor.Dispose());
            first += count;
        }
    }

    // The sizes stated by a row group are checked against the file before anything is allocated.
    private int Require(ParquetRowGroupReader rows, ParquetField[] fields, int[] columns, long fileBytes, int group)
    {
        string where = $"{Name}, row group {group}";
        return Guard(
            () =>
            {
                Int128 bytes = 0;
                for (int i = 0; i < fields.Length; i++)
                {
                    bytes += DataLimits.Bytes(Cells[columns[i]].Type, rows.RowCount);
                    Parquet.Meta.ColumnMetaData chunk = rows.GetMetadata(fields[i])?.MetaData ?? throw new DataException($"{where}, column '{fields[i].Name}': expected the column in every row group, got none. The file is damaged: write it again.");
                    if (chunk.NumValues != rows.RowCount || chunk.TotalCompressedSize > fileBytes || chunk.TotalCompressedSize < 0 || chunk.TotalUncompressedSize < 0)
                    {
                        throw new DataException($"{where}, column '{fields[i].Name}': expected {rows.RowCount} values within a file of {fileBytes} bytes, got {chunk.NumValues} in {chunk.TotalCompressedSize} bytes. The file is damaged: copy it again.");
                    }

                    bytes += chunk.TotalUncompressedSize;
                }

                DataLimits.RequireBlock(where, "columns to read", bytes);
                return checked((int)rows.RowCount);
            },
            $"row group {group}");
    }

    // Nulls are possible if nothing is stated; the values decide when they are read.
    private static bool HasNulls(ParquetReader reader, ParquetField field) => field.IsNullable && reader.RowGroups.Any(group => group.GetStatistics(field)?.NullCount is not 0);

    private long Rows(ParquetReader reader)
    {
        long rows = 0;
        foreach (ParquetRowGroupReader group in reader.RowGroups)
        {
            rows = group.RowCount >= 0 ? checked(rows + group.RowCount) : throw new DataException($"{Name}: expected row groups of 0 rows or more, got {group.RowCount}. The file is damaged: copy it again.");
        }

        return rows == reader.Metadata?.NumRows ? rows : throw new DataException($"{Name}: expected {reader.Metadata?.NumRows} rows as stated in the file, got {rows} in its row groups. The file is damaged: copy it again.");
    }

    private T Guard<T>(Func<T> read, string what)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (IsDamage(exception))
        {
            throw Damaged(exception, what);
        }
    }

    private async Task<T> GuardAsync<T>(Func<Task<T>> read, string what)
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (Exception exception) when (IsDamage(exception))
        {
            throw Damaged(exception, what);
        }
    }

    // The library does not validate its input: invalid bytes can cause any exception.
    private static bool IsDamage(Exception exception) => exception is not (DataException or OperationCanceledException);

    private DataException Damaged(Exception exception, string what) => new(
        exception is NotSupportedException or NotImplementedException
            ? $"{Name}, {what}: expected pages with plain or dictionary encoding, got another encoding ({exception.Message}). Write the file with data pages of version 1."
            : $"{Name}, {what}: expected an Apache Parquet file, got: {exception.Message} It is damaged: copy it again, or write it again.",
        exception);
}
