using System.IO.Hashing;
using System.Text;
using System.Text.Json;

namespace Inference.Monitoring.Retraining;

/// <summary>Keeps the memory in a file: XxHash128 of the JSON in hexadecimal, a line break, the JSON. Replaced as a whole. One process at a time has the folder. Not thread-safe.</summary>
internal sealed class RetrainingStateFile(string folder) : IDisposable
{
    // A memory has some kilobytes; more is something else.
    private const int MostBytes = 1 << 20;

    private readonly string _path = Path.Combine(folder, "state.json");
    private byte[] _written = [];
    private FileStream? _lock;

    public string Folder => folder;

    /// <summary>Takes the folder, created if need be, until this is disposed.</summary>
    /// <exception cref="MonitoringException">It cannot be written, or somebody has it.</exception>
    public void Open()
    {
        try
        {
            OwnedFolder.Create(folder);
            _lock ??= new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new MonitoringException($"{folder}: expected a folder that can be written and that no other model or process uses, got: {exception.Message} Put {{model}} in Directory, let each process have a folder of its own, and check its permissions.", exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _lock?.Dispose();
        _lock = null;
    }

    /// <summary>Reads the memory; an empty one if there is no file.</summary>
    /// <param name="damage">What is wrong with the file, which is then set aside as <c>state.json.damaged</c>; null if nothing is.</param>
    /// <exception cref="MonitoringException">The file cannot be read.</exception>
    public RetrainingMemory Read(out string? damage)
    {
        damage = null;
        try
        {
            var file = new FileInfo(_path);
            if (!file.Exists)
            {
                return new RetrainingMemory();
            }

            if (file.Length <= MostBytes && Parse(File.ReadAllBytes(_path)) is { } memory)
            {
                return memory;
            }

            File.Move(_path, _path + ".damaged", overwrite: true);
            damage = $"{_path}: its checksum does not match, or it is not a state of retraining; it was set aside, and what it said of cool-down and labels is not known.";
            return new RetrainingMemory();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new MonitoringException($"{_path}: expected a file that can be read, got: {exception.Message} Check the folder's permissions.", exception);
        }
    }

    /// <summary>Writes the memory, unless the file holds it already.</summary>
    /// <exception cref="MonitoringException">It cannot be written.</exception>
    public void Write(RetrainingMemory memory)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(memory, RetrainingJson.Default.RetrainingMemory);
        if (json.AsSpan().SequenceEqual(_written))
        {
            return;
        }

        try
        {
            OwnedFolder.Create(folder);
            string temporary = _path + ".tmp";
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                stream.Write(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(XxHash128.Hash(json))));
                stream.WriteByte((byte)'\n');
                stream.Write(json);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, _path, overwrite: true);
            _written = json;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new MonitoringException($"{_path}: expected a file that can be written, got: {exception.Message} Free space, or check the folder's permissions.", exception);
        }
    }

    private static RetrainingMemory? Parse(byte[] bytes)
    {
        int end = bytes.AsSpan().IndexOf((byte)'\n');
        if (end < 0 || Encoding.ASCII.GetString(bytes, 0, end) != Convert.ToHexStringLower(XxHash128.Hash(bytes.AsSpan(end + 1))))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(bytes.AsSpan(end + 1), RetrainingJson.Default.RetrainingMemory);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
