using Microsoft.Data.Sqlite;

namespace Inference.Monitoring.Sqlite;

/// <summary>A file, how it is opened, and what its errors mean. Immutable.</summary>
internal sealed class SqliteFile(string path)
{
    // SQLite's result codes.
    private const int Busy = 5;
    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int InputOutput = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    // How long a statement waits for a lock of another process.
    private const int WaitSeconds = 2;

    public string Path => path;

    /// <summary>A time as it is stored: microseconds since 1970.</summary>
    public static long Micros(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>A stored time.</summary>
    public static DateTimeOffset Time(long micros) => DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);

    /// <summary>Opens a connection; the file is made, for its owner alone, if it does not exist.</summary>
    public SqliteConnection Connect()
    {
        if (!File.Exists(path))
        {
            Create();
        }

        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false, DefaultTimeout = WaitSeconds }.ToString());
        try
        {
            connection.Open();
            Execute(connection, $"PRAGMA busy_timeout = {WaitSeconds * 1000}; PRAGMA secure_delete = ON; PRAGMA foreign_keys = OFF; PRAGMA trusted_schema = OFF;");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Carries out statements without results.</summary>
    public static void Execute(SqliteConnection connection, string statements)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Constant texts of this assembly.
        command.CommandText = statements;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    /// <summary>Turns errors into ours.</summary>
    public T Guard<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (SqliteException exception)
        {
            throw new FeedbackStoreException($"'{path}': {Explain(exception)} (SQLite: {exception.Message})", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new FeedbackStoreException($"'{path}': expected a file that can be made and written, got: {exception.Message} Look at its folder, its owner and the disk.", exception);
        }
    }

    private static string Explain(SqliteException exception) => exception.SqliteErrorCode switch
    {
        Busy or Locked => "another process holds the file's lock. End that process, or give each process a file of its own.",
        ReadOnly => "the file or its folder cannot be written. Change its permissions.",
        InputOutput or Full => "the disk is full, or failed. Make room.",
        CannotOpen => "the file cannot be opened. Look at its folder and its permissions.",
        Corrupt or NotADatabase => "the file is damaged, or is not a database. Move it away, with the files ending in -wal and -shm, or restore it from a backup.",
        _ => "the file cannot be used; it may be damaged. Restore it from a backup, or move it away.",
    };

    private void Create()
    {
        string folder = System.IO.Path.GetDirectoryName(path)!;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return;
        }

        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        // SQLite gives the log the permissions of the file.
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
    }
}
