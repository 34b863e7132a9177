using Npgsql;

namespace Inference.Monitoring.PostgreSql;

/// <summary>The tables of a schema. Immutable.</summary>
internal sealed class FeedbackTables
{
    /// <summary>The version of the tables.</summary>
    private const int Version = 2;

    // 'INFBFEED': processes that make tables at once wait for each other.
    private const long MigrationLock = 0x494E464246454544;

    /// <exception cref="ArgumentException">The schema's name is not valid.</exception>
    public FeedbackTables(string schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        if (schema.Length is 0 or > 63 || char.IsAsciiDigit(schema[0]) || schema.Any(static c => !(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_')))
        {
            throw new ArgumentException($"Expected 1 to 63 lower-case letters, digits and underscores, not beginning with a digit, as the schema, got '{schema}'.", nameof(schema));
        }

        Schema = schema;
    }

    /// <summary>After every other id.</summary>
    public static Guid LastId { get; } = new("ffffffff-ffff-ffff-ffff-ffffffffffff");

    public string Schema { get; }

    public string Models => $"{Schema}.feedback_models";

    public string Layouts => $"{Schema}.feedback_layouts";

    public string Predictions => $"{Schema}.feedback_predictions";

    public string Reports => $"{Schema}.feedback_reports";

    // Times are microseconds since 1970, UTC: those of PostgreSQL's own types end in the year 294276 and are converted by the session's settings.
    private string Script => $"""
        CREATE SCHEMA IF NOT EXISTS {Schema};
        CREATE TABLE IF NOT EXISTS {Schema}.feedback_version (version integer NOT NULL);
        CREATE TABLE IF NOT EXISTS {Models} (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE);
        CREATE TABLE IF NOT EXISTS {Layouts} (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, layout text NOT NULL UNIQUE);
        CREATE TABLE IF NOT EXISTS {Predictions} (model integer NOT NULL, id uuid NOT NULL, at bigint NOT NULL, version text NOT NULL, arm text, subject text, tenant text, rows integer NOT NULL, layout integer NOT NULL, data bytea NOT NULL, PRIMARY KEY (model, id));
        CREATE INDEX IF NOT EXISTS feedback_predictions_at ON {Predictions} (model, at, id);
        CREATE INDEX IF NOT EXISTS feedback_predictions_subject ON {Predictions} (model, subject) WHERE subject IS NOT NULL;
        CREATE INDEX IF NOT EXISTS feedback_predictions_tenant ON {Predictions} (model, tenant) WHERE tenant IS NOT NULL;
        CREATE TABLE IF NOT EXISTS {Reports} (model integer NOT NULL, prediction uuid NOT NULL, "row" integer NOT NULL, name text NOT NULL, number double precision, text text, at bigint NOT NULL, receipt bigint NOT NULL, PRIMARY KEY (model, prediction, "row", name));
        INSERT INTO {Schema}.feedback_version SELECT {Version} WHERE NOT EXISTS (SELECT 1 FROM {Schema}.feedback_version);
        """;

    /// <summary>Makes the tables, or checks that they are ours.</summary>
    public async Task EnsureAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // A user that may only write rows needs no right to make tables.
        int? version = await VersionAsync(connection, cancellationToken).ConfigureAwait(false);
        if (version is null)
        {
            NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                await ExecuteAsync(connection, $"SELECT pg_advisory_xact_lock({MigrationLock}); {Script}", cancellationToken).ConfigureAwait(false);
                await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            }

            version = await VersionAsync(connection, cancellationToken).ConfigureAwait(false);
        }

        if (version != Version)
        {
            throw new FeedbackStoreException($"PostgreSQL, schema '{Schema}': expected version {Version} of the tables of feedback, got {version}. Use the library's version that wrote them, or another schema.");
        }
    }

    /// <summary>The number of a model; it is added if it is not there.</summary>
    public async Task<int> ModelAsync(NpgsqlConnection connection, string model, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Names of this class.
        command.CommandText = $"INSERT INTO {Models} (name) VALUES ($1) ON CONFLICT DO NOTHING";
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = model });
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        command.CommandText = $"SELECT id FROM {Models} WHERE name = $1";
#pragma warning restore CA2100
        return (int)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    private async Task<int?> VersionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Names of this class.
        command.CommandText = $"SELECT to_regclass('{Schema}.feedback_version') IS NOT NULL";
        if (!(bool)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!)
        {
            return null;
        }

        command.CommandText = $"SELECT max(version) FROM {Schema}.feedback_version";
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) as int?;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string statements, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Names of this class.
        command.CommandText = statements;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
