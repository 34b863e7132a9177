using System.Text.Json;

namespace Inference.AspNetCore.Dashboard;

/// <summary>Writes values for the pages. What is not known is left out.</summary>
internal static class Json
{
    // Names and notes come from outside: a page shows the beginning.
    private const int MaxText = 2048;

    /// <summary>Writes a number with three significant digits, so that noise below them is no change; none if it is not finite.</summary>
    public static void Rounded(this Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumber(name, Round(value));
        }
    }

    /// <summary>Writes a number; none if it is not finite.</summary>
    public static void Exact(this Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number && double.IsFinite(number))
        {
            json.WriteNumber(name, number);
        }
    }

    /// <summary>Writes a duration in seconds.</summary>
    public static void Seconds(this Utf8JsonWriter json, string name, TimeSpan? value)
    {
        if (value is { } span)
        {
            json.Rounded(name, span.TotalSeconds);
        }
    }

    /// <summary>Writes a text; none if it is empty.</summary>
    public static void Text(this Utf8JsonWriter json, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            json.WriteString(name, Cut(value));
        }
    }

    /// <summary>Writes a time; none without one.</summary>
    public static void Time(this Utf8JsonWriter json, string name, DateTimeOffset? value)
    {
        if (value is { } time)
        {
            json.WriteNumber(name, time.ToUnixTimeMilliseconds());
        }
    }

    /// <summary>Writes an array of numbers with three significant digits; null for those that are not finite.</summary>
    public static void Series(this Utf8JsonWriter json, string name, HistoryRing ring, HistorySeries series, int last)
    {
        json.WriteStartArray(name);
        for (int i = Math.Max(ring.Count - last, 0); i < ring.Count; i++)
        {
            float value = ring[(int)series, i];
            if (float.IsFinite(value))
            {
                json.WriteNumberValue(Round(value));
            }
            else
            {
                json.WriteNullValue();
            }
        }

        json.WriteEndArray();
    }

    /// <summary>Writes the name of a value of an enumeration as the pages read it: in lower case.</summary>
    public static void Name<T>(this Utf8JsonWriter json, string name, T value)
        where T : struct, Enum => json.WriteString(name, value.ToString().ToLowerInvariant());

    public static string Cut(string text) => text.Length <= MaxText ? text : $"{text.AsSpan(0, char.IsHighSurrogate(text[MaxText - 1]) ? MaxText - 1 : MaxText)}…";

    private static double Round(double value)
    {
        if (value == 0)
        {
            return 0;
        }

        int digits = 2 - (int)Math.Floor(Math.Log10(Math.Abs(value)));
        return digits is >= 0 and <= 15 ? Math.Round(value, digits) : digits < 0 ? Math.Round(value) : value;
    }
}
