using System.Diagnostics;
using Inference.FeedbackCrash;
using Inference.TestSupport;
using Xunit.Abstractions;

namespace Inference.Monitoring.Sqlite.Tests;

public sealed class CrashTests(ITestOutputHelper output)
{
    /// <summary>Ten kills; two hundred by <c>eng/feedback-crash.sh</c>.</summary>
    [UnixFact]
    public async Task Process_KilledAtRandom_NoAcknowledgedReportIsLostOrCountedTwice()
    {
        CrashReport report = await CrashRun.RunAsync(10, seed: 1);
        output.WriteLine(report.ToString());
        Assert.True(report.Faults.Count == 0, string.Join("\n", report.Faults));
        Assert.True(report.Acknowledged > 100 && report.AcknowledgedAgain > 10, report.ToString());
    }

    [UnixFact]
    public void Disk_Full_CallsAreAnsweredAndReportsQueued()
    {
        using var folder = new TemporaryFolder();

        // Files of at most 400 KiB; the runtime maps executable memory from a file, which must not count.
        string command = $"trap '' XFSZ; ulimit -f 400; exec dotnet exec '{Path.ChangeExtension(typeof(CrashRun).Assembly.Location, ".dll")}' full '{folder.File("feedback.db")}'";
        var start = new ProcessStartInfo("bash", ["-c", command]) { RedirectStandardOutput = true };
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        using Process process = Process.Start(start)!;
        string said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        output.WriteLine(said);
        Assert.True(process.ExitCode == 0, said);
        Assert.Contains("the disk is full", said, StringComparison.Ordinal);
    }
}
