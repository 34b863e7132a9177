using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Inference.Decisions.Tests;

/// <summary>A server for tests: that of the variable INFERENCE_REDIS, or one of the machine's package (Debian: redis-server) on loopback, which ends with the process.</summary>
internal sealed class RedisServer
{
    private readonly Process? _process;

    private RedisServer()
    {
        if (Environment.GetEnvironmentVariable("INFERENCE_REDIS") is { Length: > 0 } given)
        {
            Configuration = given;
            return;
        }

        string? program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, "redis-server")).FirstOrDefault(File.Exists);
        if (program is null)
        {
            WhyMissing = "Redis is not installed (Debian: redis-server), and INFERENCE_REDIS names none.";
            return;
        }

        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            int port = ((IPEndPoint)free.LocalEndpoint).Port;
            free.Stop();
            _process = Process.Start(new ProcessStartInfo(program, ["--bind", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture), "--save", "", "--loglevel", "warning"]) { RedirectStandardOutput = true })!;
            Configuration = $"127.0.0.1:{port},abortConnect=false,connectTimeout=10000";
        }

        AppDomain.CurrentDomain.ProcessExit += (_, _) => _process.Kill();
    }

    /// <summary>The server that tests share.</summary>
    public static RedisServer Shared { get; } = new();

    public string Configuration { get; } = "";

    public string? WhyMissing { get; }
}
