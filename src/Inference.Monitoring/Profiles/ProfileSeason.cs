namespace Inference.Monitoring;

/// <summary>The cycle of time in which a model's rows differ though nothing has changed.</summary>
public enum ProfileSeason
{
    /// <summary>None: rows of all times are compared with one reference.</summary>
    None,

    /// <summary>The hour of the day, 24 seasons.</summary>
    HourOfDay,

    /// <summary>The day of the week, 7 seasons from Monday on.</summary>
    DayOfWeek,

    /// <summary>The hour of the week, 168 seasons from Monday 0 h on.</summary>
    HourOfWeek,
}
