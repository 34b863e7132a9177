using System.Runtime.CompilerServices;
using Inference.Feedback;
using Inference.Monitoring.Feedback;
using Inference.Security;
using Npgsql;

namespace Inference.Monitoring.PostgreSql;

/// <summary>
/// Keeps one model's predictions and reports in a PostgreSQL database that replicas and other models may share. Reports of one prediction are written one after the other by locks on its row, so that none counts twice however
/// many processes report it. Thread-safe.
/// </summary>
/// <remarks>The database decides how durable a commit is (<c>synchronous_commit</c>), and its files, logs and backups are its own: an erasure deletes rows and asks for a vacuum of the tables.</remarks>
public sealed class PostgreSqlFeedbackStore : IFeedbackStore
{
    // Predictions of a page of reading.
    private const int Page = 1000;
    private readonly NpgsqlDataSource _source;
    private readonly bool _owns;
    private readonly FeedbackTables _tables;
    private readonly string _model;
    private PostgreSqlWriter? _writer;

    /// <summary>Initializes a store on a connection pool of its own; nothing is read or written yet.</summary>
    /// <param name="connectionString">The connection string.</param>
    /// <param name="model">The model's name.</param>
    /// <param name="schema">The schema of the tables, which is made if it does not exist: 1 to 63 lower-case letters, digits and underscores.</param>
    public PostgreSqlFeedbackStore(string connectionString, string model, string schema = PostgreSqlFeedbackOptions.DefaultSchema)
        : this(new NpgsqlSlimDataSourceBuilder(connectionString).EnableArrays().EnableTransportSecurity().Build(), model, schema) => _owns = true;

    /// <summary>Initializes a store on the application's connection pool, which must support arrays.</summary>
    /// <param name="source">The pool; not disposed with the store.</param>
    /// <param name="model">The model's name.</param>
    /// <param name="schema">The schema of the tables, which is made if it does not exist: 1 to 63 lower-case letters, digits and underscores.</param>
    public PostgreSqlFeedbackStore(NpgsqlDataSource source, string model, string schema = PostgreSqlFeedbackOptions.DefaultSchema)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentException.ThrowIfNullOrEmpty(model);
        _source = source;
        _model = model;
        _tables = new FeedbackTables(schema);
    }

    /// <inheritdoc/>
    public bool IsShared => true;

    /// <inheritdoc/>
    public async ValueTask OpenAsync(CancellationToken cancellationToken = default)
    {
        _writer = null;
        _writer = await Guard(async () =>
        {
            NpgsqlConnection connection = await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                await _tables.EnsureAsync(connection, cancellationToken).ConfigureAwait(false);
                return new PostgreSqlWriter(_tables, await _tables.ModelAsync(connection, _model, cancellationToken).ConfigureAwait(false));
            }
        }).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<WrittenReport>> WriteAsync(IReadOnlyList<KeptPrediction> predictions, IReadOnlyList<TimedReport> reports, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        ArgumentNullException.ThrowIfNull(reports);
        PostgreSqlWriter writer = Writer();
        return await WithConnection(connection => writer.WriteAsync(connection, predictions, reports, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<JoinedOutcome> ReadJoinedAsync(DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        PostgreSqlReader reader = await ReaderAsync(cancellationToken).ConfigureAwait(false);
        (long At, Guid Id) after = (PostgreSqlReader.Micros(from) - 1, FeedbackTables.LastId);
        while (true)
        {
            List<JoinedOutcome> page = await WithConnection(connection => reader.JoinedAsync(connection, after, PostgreSqlReader.Micros(to), Page, cancellationToken), cancellationToken).ConfigureAwait(false);
            foreach (JoinedOutcome outcome in page)
            {
                yield return outcome;
            }

            if (page.Count == 0)
            {
                yield break;
            }

            after = (PostgreSqlReader.Micros(page[^1].PredictedAt), page[^1].PredictionId);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<KeptPrediction> ReadPredictionsAsync(DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        PostgreSqlReader reader = await ReaderAsync(cancellationToken).ConfigureAwait(false);
        (long At, Guid Id) after = (PostgreSqlReader.Micros(from) - 1, FeedbackTables.LastId);
        while (true)
        {
            List<KeptPrediction> page = await WithConnection(connection => reader.PredictionsAsync(connection, after, PostgreSqlReader.Micros(to), Page, cancellationToken), cancellationToken).ConfigureAwait(false);
            foreach (KeptPrediction prediction in page)
            {
                yield return prediction;
            }

            if (page.Count == 0)
            {
                yield break;
            }

            after = (PostgreSqlReader.Micros(page[^1].At), page[^1].Id);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<(long Predictions, long Labelled)>> CountAsync(IReadOnlyList<DateTimeOffset> edges, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(edges);
        PostgreSqlReader reader = await ReaderAsync(cancellationToken).ConfigureAwait(false);
        return await WithConnection(
            async connection =>
            {
                var counts = new (long, long)[Math.Max(edges.Count - 1, 0)];
                for (int i = 0; i < counts.Length; i++)
                {
                    counts[i] = await reader.CountAsync(connection, PostgreSqlReader.Micros(edges[i]), PostgreSqlReader.Micros(edges[i + 1]), cancellationToken).ConfigureAwait(false);
                }

                return counts;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<KeptPrediction>> FindAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        PostgreSqlWriter writer = Writer();
        return await WithConnection(connection => writer.FindAsync(connection, ids, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<(long Predictions, long Reports)> EraseAsync(DataOwner owner, CancellationToken cancellationToken = default)
    {
        owner.ThrowIfNotOne();
        PostgreSqlWriter writer = Writer();
        return await WithConnection(connection => writer.EraseAsync(connection, owner, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<long> ExpireAsync(DateTimeOffset before, int most, CancellationToken cancellationToken = default)
    {
        PostgreSqlWriter writer = Writer();
        return await WithConnection(connection => writer.ExpireAsync(connection, PostgreSqlReader.Micros(before), most, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_owns)
        {
            await _source.DisposeAsync().ConfigureAwait(false);
        }
    }

    private PostgreSqlWriter Writer() => Volatile.Read(ref _writer) ?? throw new FeedbackStoreException("PostgreSQL: expected OpenAsync to have been called, got a store that is not open. Open it first.");

    private async ValueTask<PostgreSqlReader> ReaderAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _writer) is null)
        {
            await OpenAsync(cancellationToken).ConfigureAwait(false);
        }

        return Writer().Reader;
    }

    private ValueTask<T> WithConnection<T>(Func<NpgsqlConnection, Task<T>> action, CancellationToken cancellationToken) => Guard(async () =>
    {
        NpgsqlConnection connection = await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            return await action(connection).ConfigureAwait(false);
        }
    });

    private async ValueTask<T> Guard<T>(Func<Task<T>> action)
    {
        try
        {
            return await action().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException)
        {
            throw new FeedbackStoreException($"PostgreSQL, schema '{_tables.Schema}': {Explain(exception)} ({exception.Message})", exception);
        }
    }

    private static string Explain(Exception exception) => exception switch
    {
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } => "the user may not do this. Grant it the schema, or make the tables with another user.",
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } => "the disk is full. Make room.",
        PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } => "the server is read-only. Connect to the primary.",
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } => "the database does not exist. Make it, or correct the connection string.",
        PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } => "the server refuses the user or password. Correct the connection string.",
        PostgresException => "the statement failed.",
        _ => "the server does not answer. Look at whether it runs, and at the connection string.",
    };
}
