namespace Inference.Monitoring.Profiles;

/// <summary>Tells the season of a time. Immutable; thread-safe.</summary>
internal sealed class SeasonClock
{
    private const int Hours = 24;
    private const int Days = 7;
    private readonly TimeZoneInfo _zone;

    /// <param name="season">The cycle; not none.</param>
    /// <param name="timeZone">The id of the time zone; empty for UTC.</param>
    /// <exception cref="MonitoringException">There is no such time zone.</exception>
    public SeasonClock(ProfileSeason season, string timeZone)
    {
        Season = season;
        TimeZone = timeZone;
        try
        {
            _zone = timeZone.Length == 0 ? TimeZoneInfo.Utc : TimeZoneInfo.FindSystemTimeZoneById(timeZone);
        }
        catch (Exception exception) when (exception is TimeZoneNotFoundException or InvalidTimeZoneException)
        {
            throw new MonitoringException($"Seasons of a profile: expected the id of a time zone of this machine, such as 'Europe/Berlin', got '{timeZone}'. Correct the id, or install the time zone database.", exception);
        }
    }

    /// <summary>The cycle.</summary>
    public ProfileSeason Season { get; }

    /// <summary>The id of the time zone; empty for UTC.</summary>
    public string TimeZone { get; }

    /// <summary>The number of seasons.</summary>
    public int Count => CountOf(Season);

    /// <summary>The number of seasons of a cycle.</summary>
    public static int CountOf(ProfileSeason season) => season switch
    {
        ProfileSeason.HourOfDay => Hours,
        ProfileSeason.DayOfWeek => Days,
        ProfileSeason.HourOfWeek => Hours * Days,
        _ => 0,
    };

    /// <summary>The season of a time, from 0.</summary>
    public int SeasonOf(DateTimeOffset time)
    {
        DateTime local = TimeZoneInfo.ConvertTime(time, _zone).DateTime;

        // .NET counts days from Sunday.
        int day = ((int)local.DayOfWeek + Days - 1) % Days;
        return Season switch
        {
            ProfileSeason.HourOfDay => local.Hour,
            ProfileSeason.DayOfWeek => day,
            _ => (day * Hours) + local.Hour,
        };
    }

    /// <summary>The name of a season: <c>13 h</c>, <c>Monday</c>, <c>Monday 13 h</c>.</summary>
    public string NameOf(int season)
    {
        string Day(int day) => ((DayOfWeek)((day + 1) % Days)).ToString();
        return Season switch
        {
            ProfileSeason.HourOfDay => $"{season} h",
            ProfileSeason.DayOfWeek => Day(season),
            _ => $"{Day(season / Hours)} {season % Hours} h",
        };
    }
}
