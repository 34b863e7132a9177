using System.Diagnostics;
using Inference.TestSupport;
using Npgsql;

namespace Inference.Monitoring.PostgreSql.Tests;

/// <summary>A server for tests: that of the variable INFERENCE_POSTGRES, a connection string, or one that <c>eng/postgres.sh</c> starts.</summary>
internal sealed class PostgreSqlServer : IDisposable
{
    private readonly string? _folder;

    public PostgreSqlServer(bool own = false)
    {
        if (!own && Environment.GetEnvironmentVariable("INFERENCE_POSTGRES") is { Length: > 0 } given)
        {
            ConnectionString = given;
            return;
        }

        if (TestData.RepositoryRoot is null || !OperatingSystem.IsLinux())
        {
            WhyMissing = "PostgreSQL is started by eng/postgres.sh on Linux; elsewhere name one in INFERENCE_POSTGRES.";
            return;
        }

        _folder = Path.Combine(Path.GetTempPath(), $"inference-postgres-{Guid.NewGuid():N}");
        (int code, string output) = Script("start", _folder, Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (code == 0)
        {
            ConnectionString = output.Trim();
        }
        else
        {
            WhyMissing = code == 3 ? "PostgreSQL is not installed (Debian: postgresql)." : throw new InvalidOperationException($"eng/postgres.sh ended with {code}.");
        }
    }

    /// <summary>The server that tests share; it ends with the process.</summary>
    public static PostgreSqlServer Shared { get; } = new();

    public string ConnectionString { get; } = "";

    public string? WhyMissing { get; }

    /// <summary>Ends the server at once, keeping its files.</summary>
    public void Crash() => Control("-m immediate -w stop");

    /// <summary>Starts it again.</summary>
    public void Restart() => Control("-w start");

    public async Task ExecuteAsync(string statements)
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(ConnectionString);
        await using NpgsqlCommand command = source.CreateCommand(statements);
        await command.ExecuteNonQueryAsync();
    }

    public void Dispose()
    {
        if (_folder is not null && WhyMissing is null)
        {
            Script("stop", _folder);
        }
    }

    private void Control(string what)
    {
        string data = Path.Combine(_folder!, "data");
        string control = $"$(ls -d /usr/lib/postgresql/*/bin/pg_ctl | sort -rV | head -n 1) -D {data} -l {_folder}/server.log {what} -o \"$(cat {data}/postmaster.opts | sed -e 's/^[^ ]* //' -e 's/\"//g')\" >/dev/null 2>&1";
        string[] arguments = ["-c", Environment.UserName == "root" ? $"runuser -u postgres -- sh -c '{control.Replace("'", "'\\''", StringComparison.Ordinal)}'" : control];
        using var process = Process.Start("sh", arguments);
        process.WaitForExit();
    }

    private static (int Code, string Output) Script(params string[] arguments)
    {
        var start = new ProcessStartInfo("bash", [Path.Combine(TestData.RepositoryRoot!, "eng", "postgres.sh"), .. arguments]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;

        // A line: the server inherits the pipe and keeps it open.
        string output = process.StandardOutput.ReadLine() ?? "";
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
