using System.Globalization;
using Inference.Data;

namespace Inference.Cli.Monitoring;

/// <summary>Reads times of rows: texts such as <c>2026-03-01T13:30:00Z</c>, without an offset in UTC, or numbers since 1970 in seconds, milliseconds, microseconds or nanoseconds, whichever gives a year from 1970 to 2200.</summary>
internal static class RowTimes
{
    // 2200-01-01 in seconds.
    private const double MaxSeconds = 7_258_118_400;

    /// <summary>The times of rows.</summary>
    /// <param name="column">The name of the column, for messages.</param>
    /// <param name="values">One value for each row.</param>
    /// <exception cref="DataException">A value is no time.</exception>
    public static DateTimeOffset[] Of(string column, TensorValue values)
    {
        var times = new DateTimeOffset[values.ElementCount];
        for (int i = 0; i < times.Length; i++)
        {
            times[i] = values.ElementType switch
            {
                ElementType.String => Parse(values.AsSpan<string>()[i]),
                ElementType.Int64 => OfNumber(values.AsSpan<long>()[i]),
                ElementType.Int32 => OfNumber(values.AsSpan<int>()[i]),
                ElementType.Float64 => OfNumber(values.AsSpan<double>()[i]),
                ElementType.Float32 => OfNumber(values.AsSpan<float>()[i]),
                _ => null,
            } ?? throw new DataException($"Column '{column}': expected times as texts such as 2026-03-01T13:30:00Z or as numbers since 1970, got {values.ElementType.Name()}{(values.ElementType == ElementType.String ? $" '{values.AsSpan<string>()[i]}'" : "")}. Name the column of times with --time.");
        }

        return times;
    }

    private static DateTimeOffset? Parse(string? text) => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;

    private static DateTimeOffset? OfNumber(double number)
    {
        foreach (double unit in (ReadOnlySpan<double>)[1, 1e3, 1e6, 1e9])
        {
            if (number >= 0 && number / unit < MaxSeconds)
            {
                return DateTimeOffset.UnixEpoch.AddTicks((long)(number / unit * TimeSpan.TicksPerSecond));
            }
        }

        return null;
    }
}
