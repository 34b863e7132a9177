namespace Inference.Data;

/// <summary>Opens data from a path.</summary>
public static class DataSource
{
    /// <summary>The extensions of files that contain rows.</summary>
    internal static readonly string[] Extensions = [".npz", ".npy", ".csv", ".tsv", ".parquet"];

    /// <summary>Opens a <c>.npz</c> archive, a <c>.npy</c> array, a <c>.csv</c> or <c>.tsv</c> table, a <c>.parquet</c> file, or a folder: of <c>.npy</c> arrays, or of <c>test_data_set_N/input_N.pb</c> tensors.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="schema">For tables, how columns map to the model's inputs; null for one input per column, with <c>name[0]</c>, <c>name[1]</c>… combined into one vector.</param>
    /// <param name="inputNames">For a folder of tensors, the names of the model's inputs in order, used for tensors without a name.</param>
    /// <exception cref="DataException">There is nothing readable at the path.</exception>
    public static IDataSource Open(string path, DataSchema? schema = null, IReadOnlyList<string>? inputNames = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
        {
            return Directory.EnumerateFiles(path, "*.npy").Any() ? new NpyDataSource(path) : new TensorFolderDataSource(path, inputNames ?? []);
        }

        if (!File.Exists(path))
        {
            throw new DataException($"{path}: expected a file or folder, found nothing. Check the path.");
        }

        return Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".npz" => new NpzDataSource(path),
            ".npy" => new NpyDataSource(path),
            ".csv" or ".tsv" => new CsvDataSource(path, schema),
            ".parquet" => new ParquetDataSource(path, schema),
            var other => throw new DataException($"{path}: expected {string.Join(", ", Extensions)} or a folder, got '{other}'. Save the rows as .npz, one array per model input."),
        };
    }
}
