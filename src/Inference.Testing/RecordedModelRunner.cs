using System.Text;
using System.Text.Json;

namespace Inference.Testing;

/// <summary>
/// Writes the calls of a runner to a file and answers the same inputs from it later, without the model. The file is text: the model's description in its first line, one answered call in each further one.
/// Tensors only. Calls that fail are not recorded.
/// </summary>
/// <remarks>Thread-safe. One file is written by one runner at a time.</remarks>
public sealed class RecordedModelRunner : IModelRunner
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, JsonElement> _known = new(StringComparer.Ordinal);
    private readonly IModelRunner? _inner;
    private readonly StreamWriter? _file;
    private readonly string _path;
    private volatile bool _disposed;

    private RecordedModelRunner(string path, IModelRunner? inner, ModelInfo info, StreamWriter? file)
    {
        _path = path;
        _inner = inner;
        _file = file;
        Info = info;
    }

    /// <inheritdoc/>
    public ModelInfo Info { get; }

    /// <summary>Runs calls on a runner and writes each distinct one to a file, which is replaced.</summary>
    /// <param name="inner">The runner, with its model loaded; disposed together with this one.</param>
    /// <param name="path">The file.</param>
    public static RecordedModelRunner Record(IModelRunner inner, string path)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentException.ThrowIfNullOrEmpty(path);
        ModelInfo info = inner.Info;
        string first = RecordText.Write(writer => RecordText.WriteInfo(writer, info));
        var file = new StreamWriter(path, append: false, new UTF8Encoding(false)) { AutoFlush = true };
        file.WriteLine(first);
        return new(path, inner, info, file);
    }

    /// <summary>Answers calls from a file; inputs that it does not have are refused.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InferenceException">The file is not such a record.</exception>
    public static RecordedModelRunner Replay(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string[] lines = File.ReadAllLines(path);
        RecordedModelRunner? runner = null;
        for (int i = 0; i < lines.Length; i++)
        {
            try
            {
                JsonElement line = JsonDocument.Parse(lines[i]).RootElement;
                if (runner is null)
                {
                    runner = new(path, null, RecordText.ReadInfo(line), null);
                }
                else
                {
                    runner._known[line.GetProperty("key").GetString()!] = line.GetProperty("outputs");
                }
            }
            catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
            {
                throw new InferenceException($"'{path}', line {i + 1}: expected a recorded {(i == 0 ? "model" : "call")}, got text that cannot be read: {exception.Message} Record it again.", exception);
            }
        }

        return runner ?? throw new InferenceException($"'{path}': expected recorded calls, got an empty file. Record it again.");
    }

    /// <inheritdoc/>
    public async ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        string key = RecordText.Key(inputs);
        if (_inner is null)
        {
            return _known.TryGetValue(key, out JsonElement recorded) ? RecordText.ReadValues(recorded) : throw new InferenceException(
                $"Model '{Info.Name}': expected one of the {_known.Count} recorded calls of '{_path}', got other inputs: {string.Join(", ", inputs.Select(v => $"{v.Key} {v.Value}"))}. Record this call, or correct the test.");
        }

        NamedValues outputs = await _inner.RunAsync(inputs, context, cancellationToken).ConfigureAwait(false);
        try
        {
            string line = RecordText.Write(writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("key", key);
                RecordText.WriteValues(writer, "inputs", inputs);
                RecordText.WriteValues(writer, "outputs", outputs);
                writer.WriteEndObject();
            });
            lock (_lock)
            {
                if (_known.TryAdd(key, default))
                {
                    _file!.WriteLine(line);
                }
            }

            return outputs;
        }
        catch
        {
            outputs.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);

        // A bound run would pass by the record.
        return serviceKey is null && serviceType.IsInstanceOfType(this) ? this : serviceType == typeof(IBindable) ? null : _inner?.GetService(serviceType, serviceKey);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        lock (_lock)
        {
            _file?.Dispose();
        }

        _inner?.Dispose();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        lock (_lock)
        {
            _file?.Dispose();
        }

        if (_inner is not null)
        {
            await _inner.DisposeAsync().ConfigureAwait(false);
        }
    }
}
