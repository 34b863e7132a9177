using System.Globalization;
using Inference.Cli.Running;
using Inference.TestSupport;

namespace Inference.Cli.Tests;

/// <summary>The verbs of monitoring on tables with a daily cycle.</summary>
public sealed class MonitorSeasonTests : IDisposable
{
    private static readonly DateTimeOffset s_start = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);
    private readonly TemporaryFolder _folder = new();

    public MonitorSeasonTests()
    {
        Write("reference.csv", 20, 1, 0);
        Write("same.csv", 2, 2, 0);
        Write("shifted.csv", 2, 3, 1);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Replay_DailyCycle_IsAnAlarmOnlyWithoutSeasons()
    {
        await ProfileAsync("seasons", "--time", "at", "--season", "hour");
        await ProfileAsync("whole", "--time", "at");
        Assert.Equal(ExitCodes.Done, (await RunAsync("replay", _folder.File("seasons"), "--data", _folder.File("same.csv"))).Code);
        Assert.Equal(ExitCodes.BoundNotMet, (await RunAsync("replay", _folder.File("seasons"), "--data", _folder.File("shifted.csv"))).Code);
        Assert.Equal(ExitCodes.BoundNotMet, (await RunAsync("replay", _folder.File("whole"), "--data", _folder.File("same.csv"))).Code);
        Assert.Equal(ExitCodes.Done, (await RunAsync("compare", _folder.File("seasons"), "--data", _folder.File("same.csv"))).Code);
        (int code, string output, _) = await RunAsync("compare", _folder.File("seasons"), "--data", _folder.File("shifted.csv"));
        Assert.Equal(ExitCodes.BoundNotMet, code);
        Assert.DoesNotContain("at ", output, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Done, (await RunAsync("report", _folder.File("seasons"), "--data", _folder.File("same.csv"), "-o", _folder.File("r.html"))).Code);
    }

    [Fact]
    public async Task Compare_RowsWithoutTimes_AreComparedWithTheWholeAndToldOf()
    {
        await ProfileAsync("seasons", "--time", "at", "--season", "week", "--time-zone", "Europe/Berlin");
        string[] lines = [.. (await File.ReadAllLinesAsync(_folder.File("same.csv"))).Select(static l => l[(l.IndexOf(',', StringComparison.Ordinal) + 1)..])];
        await File.WriteAllLinesAsync(_folder.File("timeless.csv"), lines);
        (int code, string output, string error) = await RunAsync("compare", _folder.File("seasons"), "--data", _folder.File("timeless.csv"));
        Assert.True(code == ExitCodes.Done, output + error);
        Assert.Contains("warning: the profile has references by HourOfWeek, and --data has no column 'at' of times", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--season: expected hour, day or week, got 'year'.", "--time", "at", "--season", "year")]
    [InlineData("--season: expected the column of times in --time, got none.", "--season", "hour")]
    [InlineData("--time-zone: expected --season too, got none.", "--time-zone", "Europe/Berlin")]
    [InlineData("expected the id of a time zone of this machine, such as 'Europe/Berlin', got 'Nowhere'", "--time", "at", "--season", "hour", "--time-zone", "Nowhere")]
    [InlineData("Column 'kind': expected times as texts such as 2026-03-01T13:30:00Z or as numbers since 1970, got string 'a'", "--time", "kind", "--season", "hour")]
    public async Task Profile_OptionsThatDoNotSuit_AreErrors(string expected, params string[] options)
    {
        (int code, _, string error) = await RunAsync(["profile", "--data", _folder.File("reference.csv"), "-o", _folder.File("p"), .. options]);
        Assert.NotEqual(ExitCodes.Done, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    private async Task ProfileAsync(string name, params string[] options)
    {
        (int code, _, string error) = await RunAsync(["profile", "--data", _folder.File("reference.csv"), "-o", _folder.File(name), .. options]);
        Assert.True(code == ExitCodes.Done, error);
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

    // A row every five minutes on average, whose first column follows the hour.
    private void Write(string name, int days, int seed, double shift)
    {
        var random = new Random(seed);
        double Gauss() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        using StreamWriter writer = File.CreateText(_folder.File(name));
        writer.WriteLine("at,load,size,kind");
        for (int minute = 0; minute < days * 24 * 60; minute += 2)
        {
            DateTimeOffset at = s_start.AddDays(seed * 28).AddMinutes(minute);
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{at:yyyy-MM-ddTHH:mm:ssZ},{(2 * Math.Sin(2 * Math.PI * at.Hour / 24)) + Gauss():F4},{Gauss() + shift:F4},{(random.Next(3) == 0 ? "b" : "a")}"));
        }
    }
}
