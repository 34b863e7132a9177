using System.Runtime.CompilerServices;
using Inference.Feedback;
using Inference.Monitoring.Feedback;
using Inference.Security;
using Microsoft.Data.Sqlite;

namespace Inference.Monitoring.Sqlite;

/// <summary>
/// Keeps one model's predictions and reports in a SQLite file, in the modes WAL and <c>synchronous = FULL</c>: what was accepted survives a crash of the process and of the machine. One process writes; others may read. What is
/// deleted is overwritten (<c>secure_delete</c>). Thread-safe for one writing and any number of reading calls.
/// </summary>
public sealed class SqliteFeedbackStore : IFeedbackStore
{
    // Predictions of a page of reading: a long read would keep the log from being emptied.
    private const int Page = 1000;
    private readonly SqliteFile _file;
    private readonly string _model;
    private SqliteWriter? _writer;

    /// <summary>Initializes a store; nothing is read or written yet.</summary>
    /// <param name="path">The file; it and its folder are made for their owner alone if they do not exist.</param>
    /// <param name="model">The model's name: a file belongs to one model.</param>
    public SqliteFeedbackStore(string path, string model)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentException.ThrowIfNullOrEmpty(model);
        _file = new SqliteFile(System.IO.Path.GetFullPath(path));
        _model = model;
    }

    /// <summary>The file.</summary>
    public string Path => _file.Path;

    /// <inheritdoc/>
    public bool IsShared => false;

    /// <inheritdoc/>
    public ValueTask OpenAsync(CancellationToken cancellationToken = default)
    {
        Interlocked.Exchange(ref _writer, null)?.Dispose();
        _writer = _file.Guard(() => new SqliteWriter(_file, _model));
        return default;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<WrittenReport>> WriteAsync(IReadOnlyList<KeptPrediction> predictions, IReadOnlyList<TimedReport> reports, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        ArgumentNullException.ThrowIfNull(reports);
        SqliteWriter writer = Writer();
        return new ValueTask<IReadOnlyList<WrittenReport>>(_file.Guard(() => writer.Write(predictions, reports, cancellationToken)));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<JoinedOutcome> ReadJoinedAsync(DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        using SqliteReader? reader = _file.Guard(() => SqliteReader.TryOpen(_file));
        (long At, byte[] Id) after = (SqliteFile.Micros(from), []);
        while (reader is not null)
        {
            cancellationToken.ThrowIfCancellationRequested();
            List<JoinedOutcome> page = _file.Guard(() => reader.Joined(after, SqliteFile.Micros(to), Page));
            foreach (JoinedOutcome outcome in page)
            {
                yield return outcome;
            }

            if (page.Count == 0)
            {
                yield break;
            }

            after = (SqliteFile.Micros(page[^1].PredictedAt), page[^1].PredictionId.ToByteArray(bigEndian: true));
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<KeptPrediction> ReadPredictionsAsync(DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        using SqliteReader? reader = _file.Guard(() => SqliteReader.TryOpen(_file));
        (long At, byte[] Id) after = (SqliteFile.Micros(from), []);
        while (reader is not null)
        {
            cancellationToken.ThrowIfCancellationRequested();
            List<KeptPrediction> page = _file.Guard(() => reader.Predictions(after, SqliteFile.Micros(to), Page));
            foreach (KeptPrediction prediction in page)
            {
                yield return prediction;
            }

            if (page.Count == 0)
            {
                yield break;
            }

            after = (SqliteFile.Micros(page[^1].At), page[^1].Id.ToByteArray(bigEndian: true));
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<(long Predictions, long Labelled)>> CountAsync(IReadOnlyList<DateTimeOffset> edges, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(edges);
        return new ValueTask<IReadOnlyList<(long, long)>>(_file.Guard(() =>
        {
            using SqliteReader? reader = SqliteReader.TryOpen(_file);
            var counts = new (long, long)[Math.Max(edges.Count - 1, 0)];
            for (int i = 0; i < counts.Length && reader is not null; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                counts[i] = reader.Count(SqliteFile.Micros(edges[i]), SqliteFile.Micros(edges[i + 1]));
            }

            return counts;
        }));
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<KeptPrediction>> FindAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        SqliteWriter writer = Writer();
        return new ValueTask<IReadOnlyList<KeptPrediction>>(_file.Guard(() => writer.Find(ids, cancellationToken)));
    }

    /// <inheritdoc/>
    public ValueTask<(long Predictions, long Reports)> EraseAsync(DataOwner owner, CancellationToken cancellationToken = default)
    {
        owner.ThrowIfNotOne();
        SqliteWriter writer = Writer();
        return new ValueTask<(long, long)>(_file.Guard(() => writer.Erase(owner, cancellationToken)));
    }

    /// <inheritdoc/>
    public ValueTask<long> ExpireAsync(DateTimeOffset before, int most, CancellationToken cancellationToken = default)
    {
        SqliteWriter writer = Writer();
        return new ValueTask<long>(_file.Guard(() => writer.Expire(SqliteFile.Micros(before), most)));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Interlocked.Exchange(ref _writer, null)?.Dispose();
        return default;
    }

    private SqliteWriter Writer() => Volatile.Read(ref _writer) ?? throw new FeedbackStoreException($"'{Path}': expected OpenAsync to have been called, got a store that is not open. Open it first.");
}
