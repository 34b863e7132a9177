using System.Diagnostics.CodeAnalysis;
using Cronos;

namespace Inference.Monitoring.Retraining;

/// <summary>Times by a cron expression of five fields in a time zone. Immutable.</summary>
internal sealed class CronSchedule
{
    private readonly CronExpression _expression;
    private readonly TimeZoneInfo _zone;

    private CronSchedule(CronExpression expression, TimeZoneInfo zone)
    {
        _expression = expression;
        _zone = zone;
    }

    /// <summary>Reads an expression; an empty one is no schedule.</summary>
    /// <param name="text">The expression; null for none.</param>
    /// <param name="zone">The time zone.</param>
    /// <param name="schedule">The schedule; null for none.</param>
    /// <param name="why">What is wrong; null if nothing is.</param>
    public static bool TryParse(string? text, string zone, out CronSchedule? schedule, [NotNullWhen(false)] out string? why)
    {
        (schedule, why) = (null, null);
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(zone, out TimeZoneInfo? found))
        {
            why = $"TimeZone: expected the name of a time zone, such as 'UTC' or 'Europe/Zagreb', got '{zone}'. Correct it, or install the system's time zones.";
            return false;
        }

        if (string.IsNullOrWhiteSpace(text))
        {
            return true;
        }

        if (text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length != 5)
        {
            why = $"Schedule: expected five fields (minute, hour, day of month, month, day of week), got '{text}'. Write it such as '0 3 * * MON'.";
            return false;
        }

        if (!CronExpression.TryParse(text, CronFormat.Standard, out CronExpression? expression))
        {
            why = $"Schedule: expected a cron expression, got '{text}'. Write it such as '0 3 * * MON'.";
            return false;
        }

        schedule = new CronSchedule(expression, found);
        return true;
    }

    /// <summary>The first time after another; null if there is none within the calendar.</summary>
    public DateTimeOffset? After(DateTimeOffset time) => _expression.GetNextOccurrence(time, _zone);
}
