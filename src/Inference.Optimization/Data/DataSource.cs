namespace Inference.Optimization.Data;

/// <summary>Opens data by path and looks columns up.</summary>
public static class DataSource
{
    /// <summary>Opens a <c>.npz</c> archive, a <c>.csv</c> table, or a folder: of <c>.npy</c> arrays, or of <c>test_data_set_N/input_N.pb</c> tensors.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="schema">For a table: how its columns make the model's inputs; null: each column is one input, and <c>name[0]</c>, <c>name[1]</c>… make one vector.</param>
    /// <param name="inputNames">For a folder of tensors: the names of the model's inputs in order, used where the tensors carry none.</param>
    /// <exception cref="DataException">Nothing readable is at the path.</exception>
    public static IDataSource Open(string path, CsvSchema? schema = null, IReadOnlyList<string>? inputNames = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
        {
            return new TensorFolderDataSource(path, inputNames ?? []);
        }

        if (!File.Exists(path))
        {
            throw new DataException($"{path}: expected a file or folder, found nothing. Check the path given to --data.");
        }

        return Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".npz" => new NpzDataSource(path),
            ".csv" or ".tsv" => new CsvDataSource(path, schema),
            var other => throw new DataException($"{path}: expected .npz, .csv, .tsv or a folder, got '{other}'. Save the rows as .npz, one array per model input."),
        };
    }

    /// <summary>The column of that name.</summary>
    /// <param name="source">The source.</param>
    /// <param name="name">The name.</param>
    /// <exception cref="DataException">There is none; the error lists those there are.</exception>
    public static DataColumn Column(this IDataSource source, string name)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.Columns.FirstOrDefault(c => c.Name == name) ?? throw new DataException(
            $"{source.Name}: expected a column '{name}', got {string.Join(", ", source.Columns.Select(c => $"'{c.Name}'"))}. Add it, or name another one.");
    }

    /// <summary>Whether there is a column of that name.</summary>
    /// <param name="source">The source.</param>
    /// <param name="name">The name.</param>
    public static bool HasColumn(this IDataSource source, string name)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.Columns.Any(c => c.Name == name);
    }

    /// <summary>The first rows of a source.</summary>
    /// <param name="source">The source.</param>
    /// <param name="rows">At most how many, ≥ 1.</param>
    public static IDataSource Take(this IDataSource source, long rows)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        return new LimitedDataSource(source, rows);
    }
}
