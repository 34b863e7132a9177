using System.Globalization;
using Inference.Cli.Running;
using Inference.TestSupport;

namespace Inference.Cli.Tests;

/// <summary>The report that the tool writes of rows beside a profile.</summary>
public sealed class MonitorReportTests : IDisposable
{
    private const int Rows = 2_000;
    private readonly TemporaryFolder _folder = new();

    public MonitorReportTests()
    {
        File.WriteAllText(_folder.File("then.csv"), Table(1, 0));
        File.WriteAllText(_folder.File("now.csv"), Table(2, 4));
        File.WriteAllText(_folder.File("same.csv"), Table(3, 0));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Report_ChangedRows_WritesThePageAndTheVerdict()
    {
        string profile = await ProfileAsync();
        (int code, string output, string error) = await RunAsync("monitor", "report", profile, "--data", _folder.File("now.csv"), "-o", _folder.File("report.html"), "--title", "<b>rows</b>");
        Assert.True(code == ExitCodes.Done, error);
        Assert.StartsWith("alarm: 2,000 rows", output, StringComparison.Ordinal);
        string page = await File.ReadAllTextAsync(_folder.File("report.html"));
        Assert.StartsWith("<!DOCTYPE html>", page, StringComparison.Ordinal);
        Assert.Contains("<h1>&lt;b&gt;rows&lt;/b&gt;</h1><div class=\"verdict bad\">", page, StringComparison.Ordinal);
        Assert.Contains("now.csv, SHA-256 ", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_SameRows_IsStable()
    {
        (int code, string output, string error) = await RunAsync("monitor", "report", await ProfileAsync(), "--data", _folder.File("same.csv"), "-o", _folder.File("report.html"), "--bucket", "250");
        Assert.True(code == ExitCodes.Done, error);
        Assert.StartsWith("stable: 2,000 rows, 0 alarms", output, StringComparison.Ordinal);
        Assert.Contains("Buckets of 250 rows", await File.ReadAllTextAsync(_folder.File("report.html")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--bucket", "0", ExitCodes.Usage, "--bucket")]
    [InlineData("--expected-false-alarms", "1", ExitCodes.Usage, "--expected-false-alarms")]
    [InlineData("--tolerance", "2", ExitCodes.Usage, "--tolerance")]
    public async Task Report_OptionOutOfRange_IsAUsageError(string option, string value, int expected, string named)
    {
        (int code, _, string error) = await RunAsync("monitor", "report", await ProfileAsync(), "--data", _folder.File("same.csv"), "-o", _folder.File("report.html"), option, value);
        Assert.Equal(expected, code);
        Assert.Contains(named, error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File("report.html")));
    }

    [Fact]
    public async Task Report_DamagedProfile_FailsWithOneLine()
    {
        string profile = await ProfileAsync();
        byte[] bytes = await File.ReadAllBytesAsync(profile);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(profile, bytes);
        (int code, _, string error) = await RunAsync("monitor", "report", profile, "--data", _folder.File("same.csv"), "-o", _folder.File("report.html"));
        Assert.Equal(ExitCodes.Failed, code);
        Assert.Single(error.Trim().Split('\n'));
    }

    private static string Table(int seed, double shift)
    {
        var random = new Random(seed);
        var text = new System.Text.StringBuilder("size,colour\n");
        for (int i = 0; i < Rows; i++)
        {
            double gauss = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            text.Append(CultureInfo.InvariantCulture, $"{gauss + shift:F4},{(random.Next(3) == 0 ? "red" : "blue")}\n");
        }

        return text.ToString();
    }

    private async Task<string> ProfileAsync()
    {
        string profile = _folder.File("rows.profile");
        (int code, _, string error) = await RunAsync("monitor", "profile", "--data", _folder.File("then.csv"), "-o", profile);
        Assert.True(code == ExitCodes.Done, error);
        return profile;
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        (TextWriter output, TextWriter error) = (Console.Out, Console.Error);
        using var gotOutput = new StringWriter();
        using var gotError = new StringWriter();
        Console.SetOut(gotOutput);
        Console.SetError(gotError);
        try
        {
            return (await CommandLine.RunAsync(arguments), gotOutput.ToString(), gotError.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(error);
        }
    }
}
