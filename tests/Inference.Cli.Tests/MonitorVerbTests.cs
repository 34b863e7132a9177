using System.Globalization;
using System.Text;
using System.Text.Json;
using Inference.Cli.Running;
using Inference.TestSupport;

namespace Inference.Cli.Tests;

/// <summary>The verbs of monitoring on tables: what scripts read of them, and their exit codes.</summary>
public sealed class MonitorVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public MonitorVerbTests()
    {
        Write("reference.csv", 4_000, 1, static (_, row) => row);
        Write("same.csv", 3_000, 2, static (_, row) => row);
        Write("shifted.csv", 3_000, 3, static (i, row) => i < 1_500 ? row : (row.Age + 8, row.Kind, row.Score, row.Label));
        Write("turned.csv", 3_000, 4, static (_, row) => (row.Age, row.Kind, row.Score, 1 - row.Label));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Compare_SameRows_IsStableWithCodeZero()
    {
        await ProfileAsync();
        (int code, string output, string error) = await RunAsync("compare", _folder.File("p"), "--data", _folder.File("same.csv"), "--labels", "label", "--json");
        Assert.True(code == ExitCodes.Done, error + output);
        using JsonDocument document = JsonDocument.Parse(output);
        JsonElement root = document.RootElement;
        Assert.Equal("stable", root.GetProperty("verdict").GetString());
        Assert.True(root.GetProperty("judged").GetBoolean());
        Assert.Equal(3_000, root.GetProperty("rows").GetInt64());
        Assert.Equal(["age", "kind", "score", "rows"], root.GetProperty("columns").EnumerateArray().Select(static c => c.GetProperty("name").GetString()));
        Assert.All(root.GetProperty("columns").EnumerateArray(), static c => Assert.True(c.GetProperty("js").GetDouble() < 0.1 && c.GetProperty("psi").GetDouble() < 0.1 && c.GetProperty("ks").GetDouble() < 0.1 && c.GetProperty("evidence").GetDouble() < 3));
        Assert.Equal(0, root.GetProperty("quality").GetArrayLength());
        JsonElement performance = root.GetProperty("performance");
        Assert.Equal("auc", performance.GetProperty("metric").GetString());
        Assert.Equal(performance.GetProperty("estimated").GetDouble(), performance.GetProperty("realized").GetDouble(), 0.03);
    }

    [Fact]
    public async Task Compare_ShiftedColumn_IsNamedWithCodeTwo()
    {
        await ProfileAsync();
        (int code, string output, _) = await RunAsync("compare", _folder.File("p"), "--data", _folder.File("shifted.csv"), "--json");
        Assert.Equal(ExitCodes.BoundNotMet, code);
        using JsonDocument document = JsonDocument.Parse(output);
        Assert.Equal("alarm", document.RootElement.GetProperty("verdict").GetString());
        JsonElement named = Assert.Single(document.RootElement.GetProperty("columns").EnumerateArray(), static c => c.GetProperty("verdict").GetString() != "stable");
        Assert.Equal("age", named.GetProperty("name").GetString());
    }

    [Fact]
    public async Task Compare_FewRows_SaysThatNothingWasJudged()
    {
        await ProfileAsync();
        await File.WriteAllLinesAsync(_folder.File("few.csv"), (await File.ReadAllLinesAsync(_folder.File("same.csv"))).Take(51));
        (int code, string output, _) = await RunAsync("compare", _folder.File("p"), "--data", _folder.File("few.csv"), "--json");
        Assert.Equal(ExitCodes.Done, code);
        using JsonDocument document = JsonDocument.Parse(output);
        Assert.False(document.RootElement.GetProperty("judged").GetBoolean());
        Assert.Equal(50, document.RootElement.GetProperty("rows").GetInt64());
    }

    [Fact]
    public async Task Compare_LabelsThatScoresDoNotPromise_IsAnAlarm()
    {
        await ProfileAsync();
        (int code, string output, _) = await RunAsync("compare", _folder.File("p"), "--data", _folder.File("turned.csv"), "--labels", "label");
        Assert.Equal(ExitCodes.BoundNotMet, code);
        Assert.StartsWith("alarm: 3,000 rows", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replay_Stream_FindsTheChangeAfterItBegan()
    {
        await ProfileAsync();
        (int code, string output, _) = await RunAsync("replay", _folder.File("p"), "--data", _folder.File("same.csv"), "--json");
        Assert.Equal(ExitCodes.Done, code);
        using (JsonDocument document = JsonDocument.Parse(output))
        {
            Assert.Equal(JsonValueKind.Null, document.RootElement.GetProperty("first_alarm_row").ValueKind);
            Assert.Equal(0, document.RootElement.GetProperty("alarms").GetArrayLength());
        }

        (code, output, _) = await RunAsync("replay", _folder.File("p"), "--data", _folder.File("shifted.csv"), "--bucket", "150", "--expected-false-alarms", "2000", "--json");
        Assert.Equal(ExitCodes.BoundNotMet, code);
        using (JsonDocument document = JsonDocument.Parse(output))
        {
            Assert.InRange(document.RootElement.GetProperty("first_alarm_row").GetInt64(), 1_501, 2_000);
            JsonElement alarm = document.RootElement.GetProperty("alarms")[0];
            Assert.Equal(("age", "shift"), (alarm.GetProperty("column").GetString(), alarm.GetProperty("rule").GetString()));
        }
    }

    [Theory]
    [InlineData("--bucket", "0")]
    [InlineData("--expected-false-alarms", "1")]
    [InlineData("--expected-false-alarms", "Infinity")]
    [InlineData("--tolerance", "1")]
    public async Task Replay_OptionOutOfRange_IsAUsageError(string option, string value)
    {
        await ProfileAsync();
        (int code, _, string error) = await RunAsync("replay", _folder.File("p"), "--data", _folder.File("same.csv"), option, value);
        Assert.Equal(ExitCodes.Usage, code);
        Assert.Contains(option, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compare_NoProfileOrNoColumn_IsOneLine()
    {
        await File.WriteAllTextAsync(_folder.File("bad"), "not a profile");
        (int code, _, string error) = await RunAsync("compare", _folder.File("bad"), "--data", _folder.File("same.csv"));
        Assert.Equal(ExitCodes.Failed, code);
        Assert.Single(error.TrimEnd().Split('\n'));
        await ProfileAsync();
        await File.WriteAllTextAsync(_folder.File("other.csv"), "height\n1.5\n1.6\n");
        (code, _, error) = await RunAsync("compare", _folder.File("p"), "--data", _folder.File("other.csv"));
        Assert.Equal(ExitCodes.Failed, code);
        Assert.Contains("age", error, StringComparison.Ordinal);
    }

    private async Task ProfileAsync()
    {
        (int code, _, string error) = await RunAsync("profile", "--data", _folder.File("reference.csv"), "--labels", "label", "-o", _folder.File("p"));
        Assert.True(code == ExitCodes.Done, error);
    }

    private void Write(string name, int rows, int seed, Func<int, (double Age, int Kind, double Score, int Label), (double Age, int Kind, double Score, int Label)> change)
    {
        var random = new Random(seed);
        var text = new StringBuilder("age,kind,score,label\n");
        for (int i = 0; i < rows; i++)
        {
            double z = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()), score = 1 / (1 + Math.Exp(-2 * z));
            double other = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            (double age, int kind, score, int label) = change(i, (40 + (10 * other), random.Next(4), score, random.NextDouble() < score ? 1 : 0));
            text.Append(CultureInfo.InvariantCulture, $"{age:F3},{kind},{score:F5},{label}\n");
        }

        File.WriteAllText(_folder.File(name), text.ToString());
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
            return (await CommandLine.RunAsync(["monitor", .. arguments]), gotOutput.ToString(), gotError.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(error);
        }
    }
}
