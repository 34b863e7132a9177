using System.Text;

namespace Inference.Monitoring.Reporting;

/// <summary>Draws the evidence of the data-set alarm over the rows, as log10, with the bound of the alarm.</summary>
internal static class TimelinePlot
{
    private const double Width = 640;
    private const double Height = 210;
    private const double Left = 46;
    private const double Right = 8;
    private const double Top = 10;
    private const double Bottom = 24;

    // More than pixels; of a longer stream each point is the largest of its neighbours.
    private const int MaxPoints = 600;
    private const int MaxMarks = 100;
    private const double Least = -1;

    public static void Draw(StringBuilder page, IReadOnlyList<TimelinePoint> timeline, IReadOnlyList<StreamAlarm> alarms, double runLength)
    {
        long rows = Math.Max(timeline[^1].Row, 1);
        (long Row, double Value, MonitoringState State)[] points = Join(timeline);
        double bound = Math.Log10(runLength), most = Math.Max(Math.Max(points.Max(static p => p.Value), bound) * 1.08, 1), span = most - Least;
        double X(double row) => Left + ((Width - Left - Right) * row / rows);
        double Y(double value) => Top + ((Height - Top - Bottom) * (most - Math.Clamp(value, Least, most)) / span);
        page.Append($"<div class=\"wide\"><svg class=\"time\" viewBox=\"0 0 {ReportText.At(Width)} {ReportText.At(Height)}\" role=\"img\" aria-label=\"Evidence over the rows\">");
        long before = 0;
        for (int i = 0; i < points.Length; i++)
        {
            (long row, double _, MonitoringState state) = points[i];
            if (i + 1 < points.Length && points[i + 1].State == state)
            {
                continue;
            }

            if (state >= MonitoringState.Warning)
            {
                page.Append($"<rect class=\"{ReportText.Class(state)}bg\" x=\"{ReportText.At(X(before))}\" y=\"{ReportText.At(Top)}\" width=\"{ReportText.At(X(row) - X(before))}\" height=\"{ReportText.At(Height - Top - Bottom)}\"/>");
            }

            before = row;
        }

        double tick = Tick(span);
        for (double value = 0; value <= most; value += tick)
        {
            page.Append($"<path class=\"grid-line\" d=\"M{ReportText.At(Left)} {ReportText.At(Y(value))}H{ReportText.At(Width - Right)}\"/><text x=\"{ReportText.At(Left - 6)}\" y=\"{ReportText.At(Y(value) + 4)}\" text-anchor=\"end\">10{Raised(value)}</text>");
        }

        page.Append($"<path class=\"bound\" d=\"M{ReportText.At(Left)} {ReportText.At(Y(bound))}H{ReportText.At(Width - Right)}\"/><text x=\"{ReportText.At(Left + 6)}\" y=\"{ReportText.At(Y(bound) - 4)}\">alarm</text><path class=\"line\" d=\"");
        for (int i = 0; i < points.Length; i++)
        {
            page.Append($"{(i == 0 ? 'M' : 'L')}{ReportText.At(X(points[i].Row))} {ReportText.At(Y(points[i].Value))}");
        }

        page.Append("\"/>");
        foreach (IGrouping<long, StreamAlarm> alarm in alarms.GroupBy(static a => a.Row).Take(MaxMarks))
        {
            string names = string.Join(", ", alarm.Take(4).Select(static a => $"{ReportText.Text(a.Column)} {ReportText.Text(a.Rule)}"));
            page.Append($"<path class=\"mark\" d=\"M{ReportText.At(X(alarm.Key))} {ReportText.At(Height - Bottom)}l-4 7h8z\"><title>row {ReportText.Number(alarm.Key, "N0")}: {names}</title></path>");
        }

        for (int i = 0; i <= 4; i++)
        {
            page.Append($"<text x=\"{ReportText.At(X(rows * i / 4.0))}\" y=\"{ReportText.At(Height - 4)}\" text-anchor=\"{(i == 0 ? "start" : i == 4 ? "end" : "middle")}\">{ReportText.Number(Math.Round(rows * i / 4.0), "N0")}</text>");
        }

        page.Append("</svg></div>");
    }

    private static (long Row, double Value, MonitoringState State)[] Join(IReadOnlyList<TimelinePoint> timeline)
    {
        int step = (timeline.Count + MaxPoints - 1) / MaxPoints;
        var points = new (long, double, MonitoringState)[(timeline.Count + step - 1) / step];
        for (int i = 0; i < points.Length; i++)
        {
            double value = Least;
            MonitoringState state = MonitoringState.Unavailable;
            int end = Math.Min((i + 1) * step, timeline.Count);
            for (int k = i * step; k < end; k++)
            {
                // Evidence of 0 has no logarithm: it is drawn at the bottom; evidence without bound at what a double can hold.
                double log = timeline[k].LogEvidence / Math.Log(10);
                value = double.IsNaN(log) ? value : Math.Max(value, Math.Min(log, 308));
                state = timeline[k].State > state ? timeline[k].State : state;
            }

            points[i] = (timeline[end - 1].Row, value, state);
        }

        return points;
    }

    private static double Tick(double span)
    {
        double tick = 1;
        while (span / tick > 7)
        {
            tick *= tick.ToString(System.Globalization.CultureInfo.InvariantCulture)[0] == '2' ? 2.5 : 2;
        }

        return tick;
    }

    private static string Raised(double value) => $"<tspan dy=\"-4\" font-size=\"8\">{ReportText.Number(value, "F0")}</tspan>";
}
