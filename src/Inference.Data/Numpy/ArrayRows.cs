using System.Runtime.CompilerServices;
using Inference.Data.Contract;

namespace Inference.Data.Numpy;

/// <summary>NumPy arrays side by side, one column each, streamed: only one batch is in memory.</summary>
internal sealed class ArrayRows
{
    private readonly string _name;
    private readonly Func<string, NpyReader> _open;
    private readonly Dictionary<string, string> _unreadable = new(StringComparer.Ordinal);

    /// <summary>Reads the headers of all arrays.</summary>
    /// <param name="name">What to call them in messages.</param>
    /// <param name="arrays">Their names, each with what opens it to look at its header: one at a time.</param>
    /// <param name="open">Opens an array for reading, concurrently with others and any number of times.</param>
    /// <exception cref="DataException">No array can be read, or they differ in rows.</exception>
    public ArrayRows(string name, IEnumerable<(string Name, Func<NpyReader> Open)> arrays, Func<string, NpyReader> open)
    {
        _name = name;
        _open = open;
        var columns = new Dictionary<string, DataColumn>(StringComparer.Ordinal);
        UnsupportedArrayException? refused = null;
        foreach ((string array, Func<NpyReader> look) in arrays)
        {
            try
            {
                using NpyReader reader = look();
                if (reader.Header.Shape.Length == 0)
                {
                    _unreadable[array] = "expected rows along axis 0, got a scalar. Save it with a leading axis.";
                }
                else if (columns.Count > 0 && Rows != reader.Rows)
                {
                    throw new DataException($"{name}: expected the same number of rows in every array, got {Rows} in '{columns.Values.First().Name}' and {reader.Rows} in '{array}'. Save arrays with rows along axis 0.");
                }
                else if (!columns.TryAdd(array, new DataColumn(array, reader.Header.Type, reader.RowShape)))
                {
                    throw new DataException($"{name}: expected one array for each name, got '{array}' twice. Save it again with numpy.savez.");
                }
                else
                {
                    Rows = reader.Rows;
                }
            }
            catch (UnsupportedArrayException exception)
            {
                refused = exception;
                _unreadable[array] = exception.Reason;
            }
        }

        Columns = [.. columns.Values];
        if (Columns.Count == 0 || Rows == 0)
        {
            throw Columns.Count == 0 && refused is not null ? new DataException(refused.Message, refused) : new DataException(
                $"{name}: expected at least one array with at least one row, got {Columns.Count} arrays and {Rows} rows. Save one array per model input with numpy.savez.");
        }
    }

    public IReadOnlyList<DataColumn> Columns { get; }

    /// <summary>Why arrays were omitted, by name.</summary>
    public IReadOnlyDictionary<string, string> Unreadable => _unreadable;

    public long Rows { get; }

    public async IAsyncEnumerable<DataBatch> ReadAsync(IReadOnlyCollection<DataColumn> columns, int batchRows, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchRows, 1);
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (DataColumn column in columns)
        {
            batchRows = DataLimits.BatchRows($"{_name}, array '{column.Name}'", column.Type, column.RowShape, batchRows);
        }

        var readers = new List<NpyReader>();
        try
        {
            foreach (DataColumn column in columns)
            {
                readers.Add(_open(column.Name));

                // The file may have changed since its headers were read.
                if (readers[^1] is var reader && (reader.Rows != Rows || reader.Header.Type != column.Type || !reader.RowShape.SequenceEqual(column.RowShape)))
                {
                    throw new DataException($"{_name}, array '{column.Name}': expected {Rows} rows of {column}, got {reader.Header.Type.Name()}{TensorShape.Format(reader.Header.Shape)}. The file has changed: open it again.");
                }
            }

            for (long row = 0; row < Rows; row += batchRows)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int count = (int)Math.Min(batchRows, Rows - row);
                var values = new NamedValues(readers.Count);
                int at = 0;
                foreach (DataColumn column in columns)
                {
                    values.Add(column.Name, readers[at++].ReadRows(count));
                }

                yield return new DataBatch(values, row, count);
            }
        }
        finally
        {
            readers.ForEach(static reader => reader.Dispose());
        }
    }
}
