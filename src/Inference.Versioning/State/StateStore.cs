using System.Text.Json;
using Inference.Status;
using Inference.Versioning.Telemetry;
using Microsoft.Extensions.Logging;

namespace Inference.Versioning.State;

/// <summary>Stores the state in <c>state.json</c> (written to another file, flushed, renamed: after a crash either the old or the new state exists in full) and appends to <c>audit.jsonl</c>.
/// One caller at a time.</summary>
internal sealed class StateStore(string directory, string modelName, TimeProvider clock, ILogger logger)
{
    private readonly string _path = Path.Combine(directory, "state.json");
    // At most two files of this size: the log and its predecessor.
    private const long LongestAudit = 8L << 20;
    private readonly string _auditPath = Path.Combine(directory, "audit.jsonl");
    private readonly string _earlierAuditPath = Path.Combine(directory, "audit.1.jsonl");
    private (long Length, DateTime Time) _seen;

    public RepositoryState Current { get; private set; } = new();

    /// <summary>Reads the state if this or another process has written it. An unreadable file is moved aside and reported.</summary>
    public void Refresh()
    {
        try
        {
            var file = new FileInfo(_path);
            if (!file.Exists || (file.Length, file.LastWriteTimeUtc) == _seen)
            {
                return;
            }

            _seen = (file.Length, file.LastWriteTimeUtc);
            RepositoryState? read = JsonSerializer.Deserialize(File.ReadAllBytes(_path), StateJson.Default.RepositoryState);
            Current = read is { Format: 1 } ? read : throw new JsonException($"expected format 1, got {read?.Format}");
        }
        catch (JsonException exception)
        {
            VersioningLog.StateUnreadable(logger, modelName, _path, exception.Message);
            SetAside();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            VersioningLog.StateUnreadable(logger, modelName, _path, exception.Message);
        }
    }

    // If that fails, the file stays, is ignored until it changes, and is replaced by the next decision.
    private void SetAside()
    {
        try
        {
            File.Move(_path, _path + ".corrupt", overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            VersioningLog.StateUnreadable(logger, modelName, _path, exception.Message);
        }
    }

    /// <summary>Appends a decision to the audit log, then saves it.</summary>
    /// <exception cref="InferenceException">It could not be written; nothing changed.</exception>
    public void Save(RepositoryState state, AuditEntry? entry)
    {
        try
        {
            Directory.CreateDirectory(directory);
            if (entry is not null)
            {
                Append(entry);
            }

            string aside = _path + ".tmp";
            using (var stream = new FileStream(aside, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                JsonSerializer.Serialize(stream, state, StateJson.Default.RepositoryState);
                stream.Flush(flushToDisk: true);
            }

            File.Move(aside, _path, overwrite: true);
            var file = new FileInfo(_path);
            _seen = (file.Length, file.LastWriteTimeUtc);
            Current = state;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InferenceException($"Model '{modelName}': the state of its versions could not be written to '{_path}': {exception.Message} Make the directory writable, or set StateDirectory to one that is.", exception);
        }
    }

    /// <summary>Like <see cref="Save"/>, for decisions that must take effect even if they cannot be written: they then last until a restart, which is logged.</summary>
    public void SaveOrKeep(RepositoryState state, AuditEntry? entry)
    {
        try
        {
            Save(state, entry);
        }
        catch (InferenceException exception)
        {
            VersioningLog.StateNotWritten(logger, modelName, exception.Message);
            Current = state;
        }
    }

    /// <summary>Records an event that changes no state. A failure is logged.</summary>
    public void Note(AuditEntry entry)
    {
        try
        {
            Directory.CreateDirectory(directory);
            Append(entry);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            VersioningLog.StateNotWritten(logger, modelName, exception.Message);
        }
    }

    public AuditEntry Entry(string action, string version, string? from, string by, string reason) =>
        new() { At = clock.GetUtcNow(), Action = action, Version = version, From = from, By = by, Reason = reason };

    /// <summary>The log's entries, oldest first; unreadable lines are omitted.</summary>
    public IReadOnlyList<AuditEntry> ReadAudit()
    {
        var entries = new List<AuditEntry>();
        ReadAudit(_earlierAuditPath, entries);
        ReadAudit(_auditPath, entries);
        return entries;
    }

    private static void ReadAudit(string path, List<AuditEntry> entries)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream);
            while (reader.ReadLine() is { } line)
            {
                if (TryParse(line) is { } entry)
                {
                    entries.Add(entry);
                }
            }
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            // Nothing was decided yet.
        }
    }

    private static AuditEntry? TryParse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, AuditJson.Default.AuditEntry);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void Append(AuditEntry entry)
    {
        if (new FileInfo(_auditPath) is { Exists: true, Length: >= LongestAudit })
        {
            File.Move(_auditPath, _earlierAuditPath, overwrite: true);
        }

        using var stream = new FileStream(_auditPath, FileMode.Append, FileAccess.Write, FileShare.Read);
        stream.Write([.. JsonSerializer.SerializeToUtf8Bytes(entry, AuditJson.Default.AuditEntry), (byte)'\n']);
        stream.Flush(flushToDisk: true);
    }
}
