using Inference.Decisions;
using Inference.Versioning.Telemetry;
using Microsoft.Extensions.Logging;

namespace Inference.Versioning.State;

/// <summary>
/// The log of one model in a directory that may be shared by processes: <c>decisions.jsonl</c> with one record per line, written under the lock <c>decisions.lock</c> and flushed before a record is acknowledged. Beyond a
/// size the file is archived as <c>decisions.N.jsonl</c>, N is the sequence number of its first record, and a checkpoint starts a new one. <c>state.json</c> contains the resulting state, for people and tools.
/// </summary>
internal sealed class FileDecisionStore : IDecisionStore
{
    /// <summary>The size in bytes at which the file is archived.</summary>
    public const long LongestLog = 8L << 20;

    private const string Name = "decisions.jsonl";

    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly string _directory;
    private readonly string _model;
    private readonly string _path;
    private readonly ILogger _logger;
    private readonly TimeProvider _clock;
    private readonly StateCache _cache;
    private readonly DecisionFile _file;
    private string? _notice;
    private bool _cacheChecked;

    public FileDecisionStore(string directory, string model, TimeProvider clock, ILogger logger)
    {
        (_directory, _model, _clock, _logger) = (directory, model, clock, logger);
        _path = Path.Combine(directory, Name);
        _file = new DecisionFile(_path);
        _cache = new StateCache(directory);
    }

    /// <summary>The time to wait for other writers.</summary>
    public TimeSpan LockWait { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>See <see cref="LongestLog"/>.</summary>
    public long Longest { get; init; } = LongestLog;

    public async ValueTask<Decision?> ReadHeadAsync(string model, CancellationToken cancellationToken = default)
    {
        await ReadAfterAsync(model, long.MaxValue - 1, cancellationToken).ConfigureAwait(false);
        return _file.Head;
    }

    public ValueTask<DecisionRecords> ReadAfterAsync(string model, long sequence, CancellationToken cancellationToken = default) => OneAsync(model, async () =>
    {
        IReadOnlyList<Decision> records = _file.Read(sequence);
        if (_file.Fault is not null)
        {
            // Bytes that another process replaced between two reads also look like this: read again while nobody writes.
            using (await TryLockAsync(cancellationToken).ConfigureAwait(false))
            {
                _file.Reset();
                records = _file.Read(sequence);
            }
        }

        await CheckCacheAsync(cancellationToken).ConfigureAwait(false);
        return new DecisionRecords { Records = records, Fault = _file.Fault, Notice = _notice };
    }, cancellationToken);

    public ValueTask<DecisionRecords> ReadAllAsync(string model, CancellationToken cancellationToken = default) => OneAsync(model, () =>
    {
        var records = new List<Decision>();
        string? fault = null;
        foreach (string path in Earlier().Append(_path))
        {
            var file = new DecisionFile(path);
            IReadOnlyList<Decision> here = file.Read(0);
            // If a process died while it archived the file, its records exist twice.
            records.RemoveAll(r => here.Count > 0 && r.Sequence >= here[0].Sequence);
            if (records.Count > 0 && here.Count > 0)
            {
                fault ??= here[0].Previous == records[^1].Hash ? null : $"'{path}' expected a record that follows from the previous file";
            }

            records.AddRange(here);
            fault ??= file.Fault;
        }

        return ValueTask.FromResult(new DecisionRecords { Records = records, Fault = fault, Notice = _notice });
    }, cancellationToken);

    public ValueTask<bool> TryAppendAsync(string model, Decision decision, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(decision);
        if (Decision.WhyNotWhole(decision) is { } why)
        {
            throw new ArgumentException($"Model '{model}', {decision}: {why}. Make records by Decision.After.", nameof(decision));
        }

        return OneAsync(model, async () =>
        {
            CreateDirectory();
            using LogLock held = await LogLock.TakeAsync(Path.Combine(_directory, LogLock.OfLog), LockWait, cancellationToken).ConfigureAwait(false);
            _file.Read(long.MaxValue - 1);
            if (_file.Fault is not null)
            {
                _file.Reset();
                _file.Read(long.MaxValue - 1);
            }

            if (_file.Fault is { } fault)
            {
                throw new DecisionStoreException($"Model '{_model}': the log of decisions is broken and nothing is appended to it: {fault}. Restore the file, or keep it elsewhere and remove it.");
            }

            // An empty log accepts its first record, or the checkpoint of a log that was lost.
            if (!Decision.MayAppend(_file.Head, decision))
            {
                return false;
            }

            Write(decision);
            _cache.TryWrite(_file);
            TryCut();
            return true;
        }, cancellationToken);
    }

    // A repository that was removed on purpose is not created again.
    private void CreateDirectory()
    {
        if (_cacheChecked && Path.GetDirectoryName(_directory) is { } above && !Directory.Exists(above))
        {
            throw new DirectoryNotFoundException($"The directory '{above}' is gone.");
        }

        Directory.CreateDirectory(_directory);
    }

    private void Write(Decision decision)
    {
        using var stream = new FileStream(_path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        if (!stream.CanSeek)
        {
            throw new IOException($"Expected '{_path}' to be a file, found a pipe or a device. Delete it.");
        }

        if (_file.Tail.Length > 0)
        {
            SetAside(_file.Tail);
        }

        if (stream.Length != _file.End)
        {
            stream.SetLength(_file.End);
        }

        stream.Position = _file.End;
        try
        {
            stream.Write([.. StateJson.Line(decision), (byte)'\n']);
            stream.Flush(flushToDisk: true);
        }
        catch (IOException)
        {
            // Remove a partial line; if that fails, the next writer removes it.
            stream.SetLength(_file.End);
            throw;
        }

        _file.Read(long.MaxValue - 1);
        if (_file.Head?.Hash != decision.Hash)
        {
            throw new IOException($"'{_path}' took a record and does not have it: it is not a file. Delete it.");
        }
    }

    // The incomplete line was never acknowledged.
    private void SetAside(ReadOnlyMemory<byte> tail)
    {
        string aside = Path.Combine(_directory, "decisions.torn");
        string? failed = null;
        try
        {
            File.WriteAllBytes(aside, tail.Span);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            failed = exception.Message;
        }

        _notice = $"An incomplete line ({tail.Length} bytes after record {_file.Head?.Sequence ?? 0}) was removed from '{_path}'{(failed is null ? $" and copied to '{aside}'" : $"; it could not be copied: {failed}")}.";
        VersioningLog.TailCut(_logger, _model, _notice);
    }

    // Copied first, so that the complete log exists under its name whenever the process ends.
    private void TryCut()
    {
        if (_file.End < Longest)
        {
            return;
        }

        string aside = _path + ".tmp";
        try
        {
            Decision checkpoint = Checkpoints.Of(_file.State, _clock, "the file of the log reached its maximum size").After(_file.Head);
            using (var stream = new FileStream(aside, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                stream.Write([.. StateJson.Line(checkpoint), (byte)'\n']);
                stream.Flush(flushToDisk: true);
            }

            File.Copy(_path, EarlierPath(_file.First), overwrite: true);
            File.Move(aside, _path, overwrite: true);
            _file.Read(long.MaxValue - 1);
            _cache.TryWrite(_file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            VersioningLog.NotCut(_logger, _model, _path, exception.Message);
        }
    }

    private string EarlierPath(long first) => Path.Combine(_directory, $"decisions.{first:D12}.jsonl");

    private IEnumerable<string> Earlier() =>
        Directory.Exists(_directory) ? Directory.EnumerateFiles(_directory, "decisions.*.jsonl").Where(f => Path.GetFileName(f) != Name).Order(StringComparer.Ordinal) : [];

    // A process that died after appending a record has not updated the file; it is updated at the first read.
    private async ValueTask CheckCacheAsync(CancellationToken cancellationToken)
    {
        if (_file.Head is null || _cacheChecked)
        {
            return;
        }

        if (!_cache.IsOf(_file))
        {
            using LogLock? held = await TryLockAsync(cancellationToken).ConfigureAwait(false);
            if (held is not null)
            {
                _cache.RemoveLeftOvers();
                if (_file.Read(long.MaxValue - 1) is not null && _file.Fault is null)
                {
                    _cache.TryWrite(_file);
                }
            }
        }

        _cacheChecked = true;
    }

    private async ValueTask<LogLock?> TryLockAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await LogLock.TakeAsync(Path.Combine(_directory, LogLock.OfLog), TimeSpan.FromSeconds(1), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or DecisionStoreException)
        {
            return null;
        }
    }

    private async ValueTask<T> OneAsync<T>(string model, Func<ValueTask<T>> work, CancellationToken cancellationToken)
    {
        if (model != _model)
        {
            throw new ArgumentException($"This store holds the decisions of model '{_model}', got '{model}'.", nameof(model));
        }

        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DecisionStoreException($"Model '{_model}': the log of decisions '{_path}' could not be read or written: {exception.Message} Make the directory writable, or set StateDirectory to one that is.", exception);
        }
        finally
        {
            _one.Release();
        }
    }
}
