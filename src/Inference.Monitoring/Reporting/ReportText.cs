using System.Globalization;
using System.Net;

namespace Inference.Monitoring.Reporting;

/// <summary>Texts and numbers in HTML. Every name comes from a file that nobody vouches for: it is cut and encoded.</summary>
internal static class ReportText
{
    // Two lines of a card at 400 px; names of tensors with paths stay whole.
    private const int MaxName = 120;
    private const double Percent = 100;

    /// <summary>A text, encoded, with control characters as spaces and at most 120 characters.</summary>
    public static string Text(string text)
    {
        bool cut = text.Length > MaxName;

        // Half a surrogate pair is no character.
        int end = cut && char.IsHighSurrogate(text[MaxName - 2]) ? MaxName - 2 : MaxName - 1;
        ReadOnlySpan<char> kept = cut ? text.AsSpan(0, end) : text;
        string clean = string.Create(kept.Length, text, static (span, t) =>
        {
            for (int i = 0; i < span.Length; i++)
            {
                bool alone = char.IsSurrogate(t[i]) && !((char.IsHighSurrogate(t[i]) && i + 1 < span.Length && char.IsLowSurrogate(t[i + 1])) || (char.IsLowSurrogate(t[i]) && i > 0 && char.IsHighSurrogate(t[i - 1])));
                span[i] = char.IsControl(t[i]) ? ' ' : alone || t[i] is '\uFFFE' or '\uFFFF' ? '\uFFFD' : t[i];
            }
        });
        return WebUtility.HtmlEncode(cut ? clean + "…" : clean);
    }

    /// <summary>A number, or – for NaN.</summary>
    public static string Number(double value, string format = "G4") => double.IsNaN(value) ? "–" : double.IsPositiveInfinity(value) ? "∞" : double.IsNegativeInfinity(value) ? "−∞" : value.ToString(format, CultureInfo.InvariantCulture);

    /// <summary>A share in per cent.</summary>
    public static string Share(double value) => double.IsNaN(value) ? "–" : Number(value * Percent, value is > 0 and < 0.001 ? "F3" : "F1") + " %";

    /// <summary>A coordinate.</summary>
    public static string At(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>The word for a state.</summary>
    public static string Word(MonitoringState state) => state switch
    {
        MonitoringState.Alarm => "alarm",
        MonitoringState.Warning => "warning",
        MonitoringState.Healthy => "stable",
        MonitoringState.Learning => "not judged",
        _ => "unavailable",
    };

    /// <summary>A coloured word for a state.</summary>
    public static string Badge(MonitoringState state) => $"<span class=\"badge {Class(state)}\">{Word(state)}</span>";

    /// <summary>The class of a state.</summary>
    public static string Class(MonitoringState state) => state switch
    {
        MonitoringState.Alarm => "bad",
        MonitoringState.Warning => "warn",
        MonitoringState.Healthy => "good",
        _ => "none",
    };
}
