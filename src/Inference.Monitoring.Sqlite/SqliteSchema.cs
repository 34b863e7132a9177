using Microsoft.Data.Sqlite;

namespace Inference.Monitoring.Sqlite;

/// <summary>The tables of a file.</summary>
internal static class SqliteSchema
{
    /// <summary>The version of the tables, in <c>user_version</c>.</summary>
    public const int Version = 2;

    // 'INFB' in application_id.
    private const int Application = 0x494E4642;

    // Ids are 16 big-endian bytes: those of version 7 are in order of time, so that rows are added at the end. Times are microseconds since 1970, UTC.
    private const string Tables = """
        CREATE TABLE models (name TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID;
        CREATE TABLE layouts (id INTEGER NOT NULL PRIMARY KEY, layout TEXT NOT NULL UNIQUE);
        CREATE TABLE predictions (id BLOB NOT NULL PRIMARY KEY, at INTEGER NOT NULL, version TEXT NOT NULL, arm TEXT, subject TEXT, tenant TEXT, rows INTEGER NOT NULL, layout INTEGER NOT NULL, data BLOB NOT NULL) WITHOUT ROWID;
        CREATE INDEX predictions_at ON predictions (at, id);
        CREATE INDEX predictions_subject ON predictions (subject) WHERE subject IS NOT NULL;
        CREATE INDEX predictions_tenant ON predictions (tenant) WHERE tenant IS NOT NULL;
        CREATE TABLE reports (prediction BLOB NOT NULL, row INTEGER NOT NULL, name TEXT NOT NULL, number REAL, text TEXT, at INTEGER NOT NULL, receipt INTEGER NOT NULL, PRIMARY KEY (prediction, row, name)) WITHOUT ROWID;
        """;

    /// <summary>Makes the tables, or checks that they are ours.</summary>
    public static void Ensure(SqliteConnection connection, string path, string model)
    {
        if (Number(connection, "PRAGMA application_id") == 0 && Number(connection, "SELECT count(*) FROM sqlite_master") == 0)
        {
            // Before the first table; otherwise both are without effect.
            SqliteFile.Execute(connection, "PRAGMA auto_vacuum = INCREMENTAL");
        }

        SqliteFile.Execute(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864;");
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        long application = Number(connection, "PRAGMA application_id");
        if (application == 0 && Number(connection, "SELECT count(*) FROM sqlite_master") == 0)
        {
            SqliteFile.Execute(connection, $"{Tables} PRAGMA application_id = {Application}; PRAGMA user_version = {Version};");
            using SqliteCommand name = connection.CreateCommand();
            name.CommandText = "INSERT INTO models (name) VALUES ($name)";
            name.Parameters.AddWithValue("$name", model);
            name.ExecuteNonQuery();
            transaction.Commit();
            return;
        }

        long version = Number(connection, "PRAGMA user_version");
        if (application != Application)
        {
            throw new FeedbackStoreException($"'{path}': expected a file of feedback, got another database. Choose another path.");
        }

        if (version != Version)
        {
            throw new FeedbackStoreException($"'{path}': expected version {Version} of the tables, got {version}. Use the library's version that wrote it, or move the file away.");
        }

        using SqliteCommand owner = connection.CreateCommand();
        owner.CommandText = "SELECT name FROM models";
        if (owner.ExecuteScalar() is string other && other != model)
        {
            throw new FeedbackStoreException($"'{path}': expected the feedback of model '{model}', got that of '{other}'. Give each model a file of its own, such as with {{model}} in the path.");
        }

        transaction.Commit();
    }

    private static long Number(SqliteConnection connection, string query)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Constant texts of this class.
        command.CommandText = query;
#pragma warning restore CA2100
        return (long)(command.ExecuteScalar() ?? 0L);
    }
}
