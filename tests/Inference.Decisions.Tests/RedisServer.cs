using System.Diagnostics;
using System.Globalization;
using Inference.TestSupport;

namespace Inference.Decisions.Tests;

/// <summary>A server for tests: that of the variable INFERENCE_REDIS, or one that <c>eng/redis.sh</c> starts and that ends with the process.</summary>
internal sealed class RedisServer
{
    private RedisServer()
    {
        if (Environment.GetEnvironmentVariable("INFERENCE_REDIS") is { Length: > 0 } given)
        {
            Configuration = given;
            return;
        }

        if (TestData.RepositoryRoot is null || !OperatingSystem.IsLinux())
        {
            WhyMissing = "Redis is started by eng/redis.sh on Linux; elsewhere name one in INFERENCE_REDIS.";
            return;
        }

        string folder = Path.Combine(Path.GetTempPath(), $"inference-redis-{Guid.NewGuid():N}");
        string script = Path.Combine(TestData.RepositoryRoot, "eng", "redis.sh");
        using Process process = Process.Start(new ProcessStartInfo("bash", [script, "start", folder, Environment.ProcessId.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true })!;

        // A line: what waits for this process to end inherits the pipe and keeps it open.
        string output = process.StandardOutput.ReadLine() ?? "";
        process.WaitForExit();
        if (process.ExitCode is not (0 or 3))
        {
            throw new InvalidOperationException($"eng/redis.sh ended with {process.ExitCode}.");
        }

        Configuration = $"{output},abortConnect=false,connectTimeout=10000";
        WhyMissing = process.ExitCode == 3 ? "Redis is not installed (Debian: redis-server), and INFERENCE_REDIS names none." : null;
    }

    /// <summary>The server that tests share.</summary>
    public static RedisServer Shared { get; } = new();

    public string Configuration { get; } = "";

    public string? WhyMissing { get; }
}
