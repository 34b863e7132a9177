using System.ComponentModel.DataAnnotations;
using Inference.Monitoring.Alerts;

namespace Inference.Monitoring;

/// <summary>A time in which alerts are not told: between two dates, at a time of day, on days of the week; all that is stated must hold. Times of day are UTC.</summary>
public sealed class SilenceWindow : IValidatableObject
{
    /// <summary>The start; null, the default, for none.</summary>
    public DateTimeOffset? From { get; set; }

    /// <summary>The end, exclusive; null, the default, for none.</summary>
    public DateTimeOffset? Until { get; set; }

    /// <summary>The time of day it begins, UTC, 0 to below 24 hours; null, the default, for the whole day.</summary>
    [DurationRange("00:00:00", "23:59:59.9999999")]
    public TimeSpan? DailyFrom { get; set; }

    /// <summary>The time of day it ends, exclusive, UTC; if it is before <see cref="DailyFrom"/>, on the next day, which then counts as the day on which it began.</summary>
    [DurationRange("00:00:00", "23:59:59.9999999")]
    public TimeSpan? DailyUntil { get; set; }

    /// <summary>The days of the week; empty, the default, for all.</summary>
    [MostItems(7)]
    public IList<DayOfWeek> Days { get; } = [];

    /// <summary>Whether a time lies in the window.</summary>
    /// <param name="time">The time.</param>
    public bool Contains(DateTimeOffset time)
    {
        if (time < From || time >= Until)
        {
            return false;
        }

        DateTime utc = time.UtcDateTime;
        DayOfWeek day = utc.DayOfWeek;
        if (DailyFrom is { } from && DailyUntil is { } until)
        {
            TimeSpan now = utc.TimeOfDay;
            bool afterMidnight = from > until && now < until;
            if (from <= until ? now < from || now >= until : now < from && !afterMidnight)
            {
                return false;
            }

            day = afterMidnight ? (DayOfWeek)(((int)day + 6) % 7) : day;
        }

        return Days.Count == 0 || Days.Contains(day);
    }

    /// <summary>Validates that the window states a time.</summary>
    IEnumerable<ValidationResult> IValidatableObject.Validate(ValidationContext validationContext)
    {
        if (DailyFrom is null != DailyUntil is null)
        {
            yield return new ValidationResult("Silences: expected both DailyFrom and DailyUntil or neither, got only one. Set the other one.", [nameof(DailyFrom)]);
        }

        if (From is null && Until is null && DailyFrom is null && Days.Count == 0)
        {
            yield return new ValidationResult("Silences: expected a date, a time of day or a day, got none, which would silence all alerts. Set From, Until, DailyFrom and DailyUntil, or Days.", [nameof(From)]);
        }

        if (From >= Until)
        {
            yield return new ValidationResult($"Silences: expected From before Until, got {From:O} and {Until:O}. Change one.", [nameof(From)]);
        }
    }
}
