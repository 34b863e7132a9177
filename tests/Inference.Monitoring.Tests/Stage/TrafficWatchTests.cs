using Inference.Monitoring.Records;
using Inference.Monitoring.Stage;

namespace Inference.Monitoring.Tests.Stage;

public class TrafficWatchTests
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void Add_AModelThatWasNeverCalled_IsNeverWrong()
    {
        TrafficWatch watch = Watch();
        Run(watch, 0, 40 * 24 * 60, static _ => 0);
        Assert.Empty(watch.Findings);
    }

    [Fact]
    public void Add_NightsWithoutCalls_AreUsual_AndLongerPausesAreNot()
    {
        TrafficWatch watch = Watch();
        int minute = Run(watch, 0, 10 * 24 * 60, static m => IsDay(m) ? 50 : 0);
        Assert.Empty(watch.Findings);
        minute = Run(watch, minute, 12 * 60, static _ => 50);
        minute = Run(watch, minute, 27 * 60, static _ => 0);
        Assert.Contains(watch.Findings, static f => f is { Rule: "freshness", State: MonitoringState.Alarm });
        Run(watch, minute, 1, static _ => 50);
        Assert.DoesNotContain(watch.Findings, static f => f.Rule == "freshness");
    }

    [Fact]
    public void Add_APauseOfTheFirstWeek_IsNotJudged()
    {
        TrafficWatch watch = Watch();
        int minute = Run(watch, 0, 24 * 60, static _ => 50);
        Run(watch, minute, 5 * 24 * 60, static _ => 0);
        Assert.Empty(watch.Findings);
    }

    [Fact]
    public void Add_APauseThatWasAcknowledged_IsUsualFromThenOn()
    {
        TrafficWatch watch = Watch();
        int minute = Run(watch, 0, 10 * 24 * 60, static _ => 50);
        minute = Run(watch, minute, 60, static _ => 0);
        Assert.Contains(watch.Findings, static f => f.Rule == "freshness");
        watch.Acknowledge();
        minute = Run(watch, minute, 60, static _ => 50);
        Run(watch, minute, 60, static _ => 0);
        Assert.DoesNotContain(watch.Findings, static f => f.Rule == "freshness");
    }

    [Fact]
    public void Add_LongerThanTheStatedLimit_IsStaleAlsoIfNeverCalled()
    {
        TrafficWatch watch = Watch(limit: TimeSpan.FromMinutes(5));
        Run(watch, 0, 5, static _ => 0);
        Assert.Empty(watch.Findings);
        Run(watch, 5, 1, static _ => 0);
        Assert.Equal("no calls for 6 minutes, at most 5 minutes are usual", Assert.Single(watch.Findings).Detail);
    }

    [Theory]
    [InlineData(10, "less than half of the fewest rows that are usual at this hour")]
    [InlineData(500, "more than twice the most rows that are usual at this hour")]
    public void Add_RowsFarFromThoseOfTheHour_AreFoundWithinAnHour(int rows, string detail)
    {
        TrafficWatch watch = Watch();
        int minute = Run(watch, 0, 14 * 24 * 60, static m => IsDay(m) ? 100 + (m % 7) : 20);
        Assert.Empty(watch.Findings);
        minute = Run(watch, minute, 12 * 60, static m => IsDay(m) ? 100 : 20);
        Assert.Empty(watch.Findings);
        minute = Run(watch, minute, 60, _ => rows);
        Assert.Equal(("volume", detail), Assert.Single(watch.Findings) is var f ? (f.Rule, f.Detail) : default);
        Run(watch, minute, 70, static m => IsDay(m) ? 100 : 20);
        Assert.Empty(watch.Findings);
    }

    [Fact]
    public void Add_HeavyTailedVolumesWithoutAChange_RarelyAlarm()
    {
        int alarms = 0;
        for (int seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            TrafficWatch watch = Watch();
            bool before = false;

            // Log-normal rows a minute, of a day's cycle, over 60 days.
            Run(watch, 0, 60 * 24 * 60, m => (int)(Math.Exp(Rows.Gauss(random)) * (IsDay(m) ? 100 : 30)), () =>
            {
                bool now = watch.Findings.Any();
                alarms += now && !before ? 1 : 0;
                before = now;
            });
        }

        // 20 × 53 judged days of a setting of one in 900 days.
        Assert.InRange(alarms, 0, 2);
    }

    [Fact]
    public void ForgetHours_TheClockWasSet_LearnsHoursAnew()
    {
        TrafficWatch watch = Watch();
        int minute = Run(watch, 0, 14 * 24 * 60, static m => IsDay(m) ? 100 : 5);
        watch.ForgetHours();
        Run(watch, minute + (8 * 60), 24 * 60, static m => IsDay(m) ? 5 : 100);
        Assert.Empty(watch.Findings);
    }

    [Fact]
    public void Save_AndLoad_GoesOnWhereItWas()
    {
        TrafficWatch first = Watch(), second = Watch();
        int minute = Run(first, 0, 10 * 24 * 60, static _ => 50);
        var writer = new RecordWriter("test"u8, 1);
        first.Save(writer);
        var reader = new RecordReader("test", writer.ToArray(), "test"u8, 1);
        second.Load(ref reader);
        reader.End();
        Run(second, minute, 30, static _ => 0);
        Assert.Contains(second.Findings, static f => f.Rule == "freshness");
    }

    private static bool IsDay(int minute) => minute / 60 % 24 is >= 8 and < 20;

    private static TrafficWatch Watch(TimeSpan? limit = null) => new(s_minute, TimeSpan.FromDays(900), limit, 100);

    private static int Run(TrafficWatch watch, int first, int minutes, Func<int, int> rows, Action? each = null)
    {
        for (int m = first; m < first + minutes; m++)
        {
            int now = rows(m);
            watch.Add(now, now > 0 ? 1 : 0, s_minute, m / 60 % 24);
            each?.Invoke();
        }

        return first + minutes;
    }
}
