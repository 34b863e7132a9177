using System.Diagnostics;
using System.Globalization;

namespace Inference.Benchmarks.Serving;

/// <summary><c>inference serve</c> in a process of its own.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, Uri rest, Uri grpc) => (_process, Http, Grpc) = (process, rest, grpc);

    public Uri Http { get; }

    public Uri Grpc { get; }

    /// <summary>The memory that the process has resident, in bytes; 0 where it is not known.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.HasExited ? 0 : _process.WorkingSet64;
        }
    }

    public static async Task<ServerProcess> StartAsync(params string[] arguments)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "Inference.Cli.dll");
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        foreach (string argument in (string[])["exec", "--runtimeconfig", Path.ChangeExtension(program, ".runtimeconfig.json"), program, "serve", .. arguments, "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0"])
        {
            start.ArgumentList.Add(argument);
        }

        Process process = Process.Start(start)!;
        string? ready = await process.StandardOutput.ReadLineAsync().ConfigureAwait(false);
        if (ready?.Split(' ') is not ["ready", var http, var grpc])
        {
            throw new InferenceException($"The server did not start: '{ready}'.");
        }

        return new(process, new Uri(http), new Uri(grpc.Replace("grpc://", "http://", StringComparison.Ordinal)));
    }

    /// <summary>Sends SIGTERM and returns the exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        using (Process kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync().ConfigureAwait(false);
        }

        await _process.WaitForExitAsync().ConfigureAwait(false);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
