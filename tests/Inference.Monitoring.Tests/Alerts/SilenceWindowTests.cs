namespace Inference.Monitoring.Tests.Alerts;

public sealed class SilenceWindowTests
{
    // A Monday.
    private static readonly DateTimeOffset s_monday = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(3.99, true)]
    [InlineData(4, false)]
    public void Contains_TimeOfDay_EndsExclusively(double hours, bool expected) =>
        Assert.Equal(expected, new SilenceWindow { DailyFrom = TimeSpan.FromHours(2), DailyUntil = TimeSpan.FromHours(4) }.Contains(s_monday.AddHours(hours)));

    [Theory]
    [InlineData(21, false)]
    [InlineData(22, true)]
    [InlineData(29, true)]
    [InlineData(30, false)]
    [InlineData(5, false)]
    public void Contains_OverMidnight_BelongsToTheDayItBegan(double hours, bool expected)
    {
        var window = new SilenceWindow { DailyFrom = TimeSpan.FromHours(22), DailyUntil = TimeSpan.FromHours(6), Days = { DayOfWeek.Monday } };
        Assert.Equal(expected, window.Contains(s_monday.AddHours(hours)));
    }

    [Fact]
    public void Contains_OtherOffset_IsTakenInUtc()
    {
        var window = new SilenceWindow { DailyFrom = TimeSpan.FromHours(2), DailyUntil = TimeSpan.FromHours(4) };
        Assert.True(window.Contains(new DateTimeOffset(2026, 3, 2, 8, 0, 0, TimeSpan.FromHours(5))));
    }

    [Fact]
    public void Contains_Dates_EndExclusively()
    {
        var window = new SilenceWindow { From = s_monday, Until = s_monday.AddDays(1) };
        Assert.Equal((false, true, false), (window.Contains(s_monday.AddTicks(-1)), window.Contains(s_monday), window.Contains(s_monday.AddDays(1))));
    }
}
