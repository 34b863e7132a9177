using System.Runtime.CompilerServices;
using System.Text;
using Inference.Data.Contract;
using Inference.Onnx;

namespace Inference.Data;

/// <summary>A folder of tensors: <c>test_data_set_N</c> folders (or the folder itself) with <c>input_N.pb</c>, each a batch of rows.</summary>
public sealed class TensorFolderDataSource : IDataSource
{
    private readonly List<List<(string Column, string Path)>> _sets = [];
    private readonly Lazy<string> _digest;

    /// <summary>Lists the files and reads the columns of the first set.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="inputNames">The names of the model's inputs in order, used for tensors without a name.</param>
    /// <exception cref="DataException">The folder contains no such files.</exception>
    public TensorFolderDataSource(string path, IReadOnlyList<string> inputNames)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(inputNames);
        Name = path;
        string[] folders = [path, .. Directory.GetDirectories(path).OrderBy(d => d.Length).ThenBy(d => d, StringComparer.Ordinal)];
        foreach (string folder in folders)
        {
            string[] files = [.. Directory.GetFiles(folder, "input_*.pb").OrderBy(f => f.Length).ThenBy(f => f, StringComparer.Ordinal)];
            if (files.Length > 0)
            {
                _sets.Add([.. files.Select((f, i) => (ColumnOf(f, i, inputNames), f))]);
            }
        }

        if (_sets.Count == 0)
        {
            throw new DataException($"{path}: expected NAME.npy arrays or test_data_set_N/input_N.pb tensors, found none. Check the path.");
        }

        var columns = new List<DataColumn>();
        foreach ((string column, string file) in _sets[0])
        {
            using TensorValue tensor = Load(file);
            columns.Add(tensor.Rank > 0
                ? new DataColumn(column, tensor.ElementType, tensor.Shape[1..].ToArray())
                : throw new DataException($"{file}: expected a tensor with rows along axis 0, got a scalar. Save it with a leading axis."));
        }

        Columns = columns;
        _digest = new(() => FileDigest.Of(_sets.SelectMany(s => s).Select(s => s.Path)));
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public IReadOnlyList<DataColumn> Columns { get; }

    /// <inheritdoc/>
    public long? RowCount => null;

    /// <inheritdoc/>
    public string Digest => _digest.Value;

    /// <inheritdoc/>
    public IAsyncEnumerable<DataBatch> ReadAsync(IReadOnlyCollection<string> columns, int batchRows, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(columns);
        foreach (string column in columns)
        {
            this.GetColumn(column);
        }

        return new StreamDataSource(() => LoadSets(), Columns, Name).ReadAsync(columns, batchRows, cancellationToken);
    }

    private async IAsyncEnumerable<NamedValues> LoadSets([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (List<(string Column, string Path)> set in _sets)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var values = new NamedValues(set.Count);
            foreach ((string column, string path) in set)
            {
                values.Add(column, Load(path));
            }

            yield return values;
        }
    }

    // The element types have the same numbers in the file format and in values.
    private static TensorValue Load(string path)
    {
        OnnxTensor tensor = ReadTensor(path);
        var type = (ElementType)(int)tensor.ElementType;
        TensorValue value = TensorValue.Allocate(type, tensor.Dims);
        if (type == ElementType.String)
        {
            Span<string> target = value.AsWritableSpan<string>();
            for (int i = 0; i < target.Length; i++)
            {
                target[i] = Encoding.UTF8.GetString(tensor.StringData[i].Span);
            }
        }
        else
        {
            tensor.GetBytes().Span.CopyTo(value.AsWritableBytes());
        }

        return value;
    }

    private static OnnxTensor ReadTensor(string path)
    {
        try
        {
            return OnnxTensor.Read(File.ReadAllBytes(path));
        }
        catch (Exception exception) when (exception is OnnxFormatException or IOException)
        {
            throw new DataException($"{path}: expected a TensorProto, got: {exception.Message} Save it with onnx.numpy_helper.", exception);
        }
    }

    private static string ColumnOf(string file, int index, IReadOnlyList<string> inputNames)
    {
        string name = ReadTensor(file).Name;
        return name.Length > 0 && (inputNames.Count == 0 || inputNames.Contains(name)) ? name
            : index < inputNames.Count ? inputNames[index]
            : throw new DataException($"{file}: expected a tensor with the name of a model input, got '{name}'. Name the tensor, or pass the names of the model's inputs.");
    }
}
