using System.Text;
using Npgsql;

namespace Inference.Decisions.PostgreSql;

/// <summary>
/// Keeps the decision logs of models in one table of a PostgreSQL database. A record is added in a transaction that holds the log's advisory lock and reads its head: of two records that follow the same one, one is added.
/// A record is durable as the database's <c>synchronous_commit</c> says. Thread-safe; any number of processes share a table.
/// </summary>
public sealed class PostgreSqlDecisionStore : IDecisionStore, IAsyncDisposable, IDisposable
{
    /// <summary>The schema of the table unless another one is given.</summary>
    public const string DefaultSchema = "inference";

    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly NpgsqlDataSource _source;
    private readonly bool _owns;
    private readonly string _schema;
    private bool _isMade;

    /// <summary>Initializes a store on a connection pool of its own; nothing is read or written yet.</summary>
    /// <param name="connectionString">The connection string.</param>
    /// <param name="schema">The schema of the table, which is made if it does not exist: 1 to 63 lower-case letters, digits and underscores, the first a letter.</param>
    /// <exception cref="ArgumentException">The schema's name is not valid.</exception>
    public PostgreSqlDecisionStore(string connectionString, string schema = DefaultSchema)
        : this(new NpgsqlSlimDataSourceBuilder(connectionString).EnableTransportSecurity().Build(), schema) => _owns = true;

    /// <summary>Initializes a store on the application's connection pool.</summary>
    /// <param name="source">The pool; not disposed with the store.</param>
    /// <param name="schema">The schema of the table, which is made if it does not exist: 1 to 63 lower-case letters, digits and underscores, the first a letter.</param>
    /// <exception cref="ArgumentException">The schema's name is not valid.</exception>
    public PostgreSqlDecisionStore(NpgsqlDataSource source, string schema = DefaultSchema)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentException.ThrowIfNullOrEmpty(schema);
        if (schema.Length > 63 || !char.IsAsciiLetterLower(schema[0]) || !schema.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_'))
        {
            throw new ArgumentException($"Expected a schema of 1 to 63 lower-case letters, digits and underscores that begins with a letter, got '{schema}'. Rename it.", nameof(schema));
        }

        (_source, _schema) = (source, schema);
    }

    /// <inheritdoc/>
    public async ValueTask<Decision?> ReadHeadAsync(string model, CancellationToken cancellationToken = default) =>
        await GuardAsync(model, connection => HeadAsync(connection, model, cancellationToken), cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public ValueTask<DecisionRecords> ReadAllAsync(string model, CancellationToken cancellationToken = default) => ReadAfterAsync(model, 0, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<DecisionRecords> ReadAfterAsync(string model, long sequence, CancellationToken cancellationToken = default) => await GuardAsync(
        model,
        async connection =>
        {
            var records = new List<Decision>();
            await using NpgsqlCommand command = Command(connection, $"SELECT sequence, record FROM {_schema}.decisions WHERE model = $1 AND sequence > $2 ORDER BY sequence", model);
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = sequence });
            await using NpgsqlDataReader rows = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                Decision? record = DecisionJson.TryRead(Encoding.UTF8.GetBytes(rows.GetString(1)));
                string? why = record is null ? "expected a record of a decision, got something else" : records.Count == 0 ? Decision.WhyNotWhole(record) : Decision.WhyNotAfter(records[^1], record);
                if (why is not null)
                {
                    return new DecisionRecords { Records = records, Fault = $"table '{_schema}.decisions', model '{model}', sequence {rows.GetInt64(0)}: {why}" };
                }

                records.Add(record!);
            }

            return new DecisionRecords { Records = records };
        },
        cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<bool> TryAppendAsync(string model, Decision decision, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(decision);
        if (Decision.WhyNotWhole(decision) is { } why)
        {
            throw new ArgumentException($"Model '{model}', {decision}: {why}. Make records by Decision.After.", nameof(decision));
        }

        return await GuardAsync(
            model,
            async connection =>
            {
                await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
                await using (NpgsqlCommand hold = Command(connection, $"SELECT pg_advisory_xact_lock(hashtextextended('{_schema}.decisions/' || $1, 0))", model))
                {
                    await hold.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
                }

                // Read after the lock is held: what others added before is seen.
                Decision? head = await HeadAsync(connection, model, cancellationToken).ConfigureAwait(false);
                if (!Decision.MayAppend(head, decision))
                {
                    return false;
                }

                await using (NpgsqlCommand insert = Command(connection, $"INSERT INTO {_schema}.decisions (model, sequence, hash, record) VALUES ($1, $2, $3, $4)", model))
                {
                    insert.Parameters.Add(new NpgsqlParameter<long> { TypedValue = decision.Sequence });
                    insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = decision.Hash });
                    insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Encoding.UTF8.GetString(DecisionJson.Write(decision)) });
                    await insert.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
                }

                // Once it is sent the outcome is not in doubt for want of patience.
                await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends the connection pool, if it is the store's own.</summary>
    public void Dispose()
    {
        _one.Dispose();
        if (_owns)
        {
            _source.Dispose();
        }
    }

    /// <inheritdoc cref="Dispose"/>
    public async ValueTask DisposeAsync()
    {
        _one.Dispose();
        if (_owns)
        {
            await _source.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string text, string model)
    {
        var command = new NpgsqlCommand(text, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = model });
        return command;
    }

    private async ValueTask<Decision?> HeadAsync(NpgsqlConnection connection, string model, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = Command(connection, $"SELECT record FROM {_schema}.decisions WHERE model = $1 ORDER BY sequence DESC LIMIT 1", model);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is string text
            ? DecisionJson.TryRead(Encoding.UTF8.GetBytes(text)) ?? throw new DecisionStoreException($"Model '{model}', table '{_schema}.decisions': expected a record of a decision as the last one, got something else. Restore the row.")
            : null;
    }

    private async ValueTask<T> GuardAsync<T>(string model, Func<NpgsqlConnection, ValueTask<T>> work, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(model);
        try
        {
            await using NpgsqlConnection connection = await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            await MakeAsync(connection, cancellationToken).ConfigureAwait(false);
            return await work(connection).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or IOException)
        {
            throw new DecisionStoreException($"Model '{model}': the log of decisions in PostgreSQL could not be read or written: {exception.Message} Check the connection string and the server.", exception);
        }
    }

    private async ValueTask MakeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _isMade))
        {
            return;
        }

        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // One process at a time; a user who may not make tables finds it made.
            await using var command = new NpgsqlCommand(
                $"""
                DO $$ BEGIN
                  IF to_regclass('{_schema}.decisions') IS NULL THEN
                    PERFORM pg_advisory_xact_lock(hashtextextended('{_schema}.decisions', 0));
                    CREATE SCHEMA IF NOT EXISTS {_schema};
                    CREATE TABLE IF NOT EXISTS {_schema}.decisions (
                      model text NOT NULL, sequence bigint NOT NULL, hash text NOT NULL, record text NOT NULL, PRIMARY KEY (model, sequence));
                  END IF;
                END $$
                """,
                connection);
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _isMade, true);
        }
        finally
        {
            _one.Release();
        }
    }
}
