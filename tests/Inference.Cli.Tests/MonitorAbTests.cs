using System.Globalization;
using System.Text.Json;
using Inference.Cli.Running;
using Inference.TestSupport;

namespace Inference.Cli.Tests;

/// <summary><c>monitor ab</c>: what scripts read, and its exit codes.</summary>
public sealed class MonitorAbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Ab_BetterTreatment_IsFoundWithCodeZero()
    {
        string data = Write(30_000, 0.5, 0.2, 0.25);
        (int code, JsonElement root) = await JsonAsync("--data", data, "--arm", "arm", "--outcome", "clicked", "--id", "id", "--share", "0.5");
        Assert.Equal(ExitCodes.Done, code);
        Assert.Equal("better", root.GetProperty("verdict").GetString());
        Assert.Equal(["control", "treatment"], root.GetProperty("arms").EnumerateArray().Select(static a => a.GetProperty("name").GetString()));
        Assert.Equal(30_000, root.GetProperty("arms").EnumerateArray().Sum(static a => a.GetProperty("rows").GetInt64()));
        Assert.Equal(0.05, root.GetProperty("difference").GetDouble(), 0.02);
        Assert.True(root.GetProperty("interval")[0].GetDouble() > 0);
        Assert.False(root.GetProperty("sampleRatio").GetProperty("mismatch").GetBoolean());
    }

    [Fact]
    public async Task Ab_WorseTreatment_IsCodeTwo()
    {
        string data = Write(30_000, 0.5, 0.25, 0.2);
        (int code, JsonElement root) = await JsonAsync("--data", data, "--arm", "arm", "--outcome", "clicked");
        Assert.Equal(ExitCodes.BoundNotMet, code);
        Assert.Equal("worse", root.GetProperty("verdict").GetString());
        Assert.Equal(JsonValueKind.Null, root.GetProperty("sampleRatio").GetProperty("evidence").ValueKind);
        (code, root) = await JsonAsync("--data", data, "--arm", "arm", "--outcome", "clicked", "--lower-is-better");
        Assert.Equal(ExitCodes.Done, code);
        Assert.Equal("better", root.GetProperty("verdict").GetString());
    }

    [Fact]
    public async Task Ab_OtherShares_IsAMismatchWithCodeTwo()
    {
        string data = Write(20_000, 0.45, 0.2, 0.2);
        (int code, JsonElement root) = await JsonAsync("--data", data, "--arm", "arm", "--outcome", "clicked", "--share", "0.5");
        Assert.Equal(ExitCodes.BoundNotMet, code);
        Assert.True(root.GetProperty("sampleRatio").GetProperty("mismatch").GetBoolean());
        (code, _) = await JsonAsync("--data", data, "--arm", "arm", "--outcome", "clicked", "--share", "0.45");
        Assert.Equal(ExitCodes.Done, code);
    }

    [Fact]
    public async Task Ab_RepeatedIds_ChangeNothing()
    {
        string data = Write(2_000, 0.5, 0.2, 0.25);
        (_, JsonElement once) = await JsonAsync("--data", data, "--arm", "arm", "--outcome", "clicked", "--id", "id");
        string[] lines = await File.ReadAllLinesAsync(data);
        await File.AppendAllLinesAsync(data, lines.Skip(1).Take(500).Select(static l => l[..^1] + "1"));
        (_, JsonElement twice) = await JsonAsync("--data", data, "--arm", "arm", "--outcome", "clicked", "--id", "id");
        Assert.Equal(500, twice.GetProperty("duplicates").GetInt64());
        Assert.Equal(once.GetProperty("interval").GetRawText(), twice.GetProperty("interval").GetRawText());
    }

    [Fact]
    public async Task Ab_Report_IsWritten()
    {
        string data = Write(4_000, 0.5, 0.2, 0.25);
        (int code, string output, string error) = await RunAsync("--data", data, "--arm", "arm", "--outcome", "clicked", "--stage", "day", "-o", _folder.File("report.html"));
        Assert.True(code == ExitCodes.Done, error);
        Assert.Contains("treatment − control", output, StringComparison.Ordinal);
        Assert.StartsWith("<!DOCTYPE html>", await File.ReadAllTextAsync(_folder.File("report.html")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--arm", "missing", "--outcome", "clicked")]
    [InlineData("--arm", "id", "--outcome", "clicked")]
    [InlineData("--arm", "arm", "--outcome", "arm")]
    [InlineData("--arm", "arm", "--outcome", "clicked", "--share", "1.5")]
    [InlineData("--arm", "arm", "--outcome", "clicked", "--share", "x")]
    [InlineData("--arm", "arm", "--outcome", "clicked", "--share", "tuesday=0.5")]
    [InlineData("--arm", "arm", "--outcome", "clicked", "--range", "1,0")]
    [InlineData("--arm", "arm", "--outcome", "clicked", "--alpha", "0")]
    [InlineData("--arm", "arm", "--outcome", "clicked", "--control", "nobody")]
    public async Task Ab_BadArguments_AreOneLineAndAnErrorCode(params string[] arguments)
    {
        (int code, _, string error) = await RunAsync(["--data", Write(100, 0.5, 0.2, 0.2), .. arguments]);
        Assert.True(code is ExitCodes.Usage or ExitCodes.Failed, $"code {code}");
        Assert.StartsWith("error: ", error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    private string Write(int rows, double share, double control, double treatment)
    {
        var random = new Random(7);
        string path = _folder.File("outcomes.csv");
        File.WriteAllLines(path, Enumerable.Range(0, rows).Select(i =>
        {
            bool isTreatment = random.NextDouble() < share;
            int clicked = random.NextDouble() < (isTreatment ? treatment : control) ? 1 : 0;
            return string.Create(CultureInfo.InvariantCulture, $"u{i},{(isTreatment ? "treatment" : "control")},{(i < rows / 2 ? "monday" : "friday")},{clicked}");
        }).Prepend("id,arm,day,clicked"));
        return path;
    }

    private static async Task<(int Code, JsonElement Root)> JsonAsync(params string[] arguments)
    {
        (int code, string output, string error) = await RunAsync([.. arguments, "--json"]);
        Assert.True(output.Length > 0, error);
        using JsonDocument document = JsonDocument.Parse(output);
        return (code, document.RootElement.Clone());
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
            return (await CommandLine.RunAsync(["monitor", "ab", .. arguments]), gotOutput.ToString(), gotError.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(error);
        }
    }
}
