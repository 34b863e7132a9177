using Inference.TestSupport;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Monitoring.Tests.Profiles;

/// <summary>Traffic with daily cycles.</summary>
public sealed class SeasonTests
{
    private const int Width = FakeModel.InputWidth;
    private static readonly DateTimeOffset s_start = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(ProfileSeason.HourOfDay, 0, MonitoringState.Healthy)]
    [InlineData(ProfileSeason.HourOfDay, 0.8, MonitoringState.Alarm)]
    [InlineData(ProfileSeason.None, 0, MonitoringState.Alarm)]
    public void Stage_DailyCycles_AreAChangeOnlyWithoutSeasons(ProfileSeason season, double shift, MonitoringState expected)
    {
        var clock = new FakeTimeProvider(s_start.AddDays(30));
        using var f = new Counted(Profile(season), o => o.BucketDuration = TimeSpan.FromMinutes(10), services: TestServices.WithClock(clock));
        var random = new Random(7);
        for (int bucket = 0; bucket < 3 * 144; bucket++)
        {
            f.Run(Data(random, clock.GetUtcNow(), 100, bucket > 144 ? shift : 0));
            clock.Advance(TimeSpan.FromMinutes(10));
        }

        Assert.Equal(expected, f.Monitor.Snapshot.State);
        if (shift > 0)
        {
            Assert.Equal(MonitoringState.Alarm, f.Monitor.Snapshot.Columns.Single(static c => c.Name == "x[1]").State);
        }
    }

    [Theory]
    [InlineData(ProfileSeason.HourOfDay, MonitoringState.Healthy)]
    [InlineData(ProfileSeason.None, MonitoringState.Alarm)]
    public void Compare_RowsOfAMorning_AreComparedWithMornings(ProfileSeason season, MonitoringState expected)
    {
        ReferenceProfile profile = Profile(season);
        var random = new Random(8);
        var observed = new ObservedRows(profile);
        for (int hour = 4; hour < 9; hour++)
        {
            DateTimeOffset at = s_start.AddDays(40).AddHours(hour);
            using NamedValues inputs = Rows.Inputs(Data(random, at, 500));
            observed.Add(inputs, null, null, [.. Enumerable.Repeat(at, 500)]);
        }

        Assert.Equal(expected, new WindowComparison(profile, new ComparisonOptions { InputsOnly = true }).Compare(observed).State);
    }

    [Fact]
    public void Build_SeasonsWithFewRows_AreSaidAndUseTheWhole()
    {
        using var builder = new ReferenceProfileBuilder(options: new ReferenceProfileOptions { Season = ProfileSeason.HourOfDay });
        var random = new Random(9);
        foreach ((int hour, int rows) in new[] { (0, 500), (1, 150), (3, 500) })
        {
            using NamedValues inputs = Rows.Inputs(Rows.Normal(random, rows, Width));
            builder.Add(inputs, times: [.. Enumerable.Repeat(s_start.AddHours(hour), rows)]);
        }

        ReferenceProfile profile = ReferenceProfile.Parse(builder.Build().ToArray());
        Assert.Equal(2, profile.Notes.Count);
        Assert.StartsWith("Season 1 h to 2 h: expected 200 rows or more in the reference, got at most 150", profile.Notes[0], StringComparison.Ordinal);
        var stream = new StreamEvaluation(profile, new StreamOptions { MinimumRows = 1 });
        var observed = new ObservedRows(profile);
        for (int hour = 0; hour < 24; hour++)
        {
            using NamedValues inputs = Rows.Inputs(Rows.Normal(random, 200, Width));
            observed.Add(inputs, times: [.. Enumerable.Repeat(s_start.AddHours(hour), 200)]);
            Assert.Empty(stream.Add(observed.Drain()));
        }
    }

    [Fact]
    public void Build_WithoutTimes_IsAnError()
    {
        using var builder = new ReferenceProfileBuilder(options: new ReferenceProfileOptions { Season = ProfileSeason.DayOfWeek });
        using NamedValues inputs = Rows.Inputs(Rows.Normal(new Random(1), 10, Width));
        Assert.Contains("expected a time for each of 10 rows, got 0", Assert.Throws<MonitoringException>(() => builder.Add(inputs)).Message, StringComparison.Ordinal);
        Assert.Contains("'Mars/Olympus'", Assert.Throws<MonitoringException>(static () => new ReferenceProfileBuilder(options: new ReferenceProfileOptions { Season = ProfileSeason.DayOfWeek, SeasonTimeZone = "Mars/Olympus" }).Dispose()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ProfileSeason.HourOfDay, "", 13)]
    [InlineData(ProfileSeason.DayOfWeek, "", 6)]
    [InlineData(ProfileSeason.HourOfWeek, "", (6 * 24) + 13)]
    [InlineData(ProfileSeason.HourOfDay, "Asia/Tokyo", 22)]
    public void SeasonOf_ASunday_IsCountedFromMonday(ProfileSeason season, string zone, int expected)
    {
        using var builder = new ReferenceProfileBuilder(options: new ReferenceProfileOptions { Season = season, SeasonTimeZone = zone });
        using NamedValues inputs = Rows.Inputs(Rows.Normal(new Random(1), 300, Width));
        builder.Add(inputs, times: [.. Enumerable.Repeat(s_start, 300)]);
        ReferenceProfile profile = ReferenceProfile.Parse(builder.Build().ToArray());
        Assert.Equal((season, zone), (profile.Season, profile.SeasonTimeZone));
        Assert.Equal(expected, profile.SeasonOf(new DateTimeOffset(2026, 3, 8, 13, 30, 0, TimeSpan.Zero)));
    }

    [Fact]
    public void Read_FileOfVersion1_IsTheSame()
    {
        ReferenceProfile profile = ReferenceProfile.Parse(Convert.FromBase64String(Version1Profile.Base64));
        Assert.Equal(300, profile.Rows);
        Assert.Equal(["x[0]", "x[1]", "c", "rows"], profile.Columns.Where(static c => !c.IsJoint).Select(static c => c.Name));
        Assert.Equal(profile.LayoutDigest, ReferenceProfile.Parse(profile.ToArray()).LayoutDigest);
        Assert.Equal(ProfileSeason.None, profile.Season);
    }

    private static ReferenceProfile Profile(ProfileSeason season)
    {
        using var builder = new ReferenceProfileBuilder(FakeModel.Info(), new ReferenceProfileOptions { Season = season });
        var random = new Random(3);
        for (int hour = 0; hour < 24 * 14; hour++)
        {
            DateTimeOffset at = s_start.AddHours(hour);
            using NamedValues inputs = Rows.Inputs(Data(random, at, 200));
            using NamedValues outputs = FakeModel.Compute(inputs);
            builder.Add(inputs, outputs, null, [.. Enumerable.Repeat(at, 200)]);
        }

        return ReferenceProfile.Parse(builder.Build().ToArray());
    }

    // The first column follows the hour.
    private static float[] Data(Random random, DateTimeOffset at, int rows, double shift = 0)
    {
        float[] data = Rows.Normal(random, rows, Width);
        for (int i = 0; i < data.Length; i += Width)
        {
            data[i] += (float)(1.5 * Math.Sin(2 * Math.PI * at.Hour / 24));
            data[i + 1] += (float)shift;
        }

        return data;
    }
}
