using System.Text;

namespace Inference.Monitoring.Reporting;

/// <summary>Draws the difference of two arms and its interval over the outcomes.</summary>
internal static class OutcomePlot
{
    private const double Width = 640;
    private const double Height = 230;
    private const double Left = 60;
    private const double Right = 8;
    private const double Top = 10;
    private const double Bottom = 24;

    // The interval of few outcomes is as wide as their range: beyond some times the last one it is cut.
    private const double Widest = 4;

    public static void Draw(StringBuilder page, IReadOnlyList<OutcomePoint> points)
    {
        OutcomePoint last = points[^1];
        double middle = double.IsNaN(last.Difference) ? (last.Low + last.High) / 2 : last.Difference;
        double reach = Math.Max(Math.Max(last.High - middle, middle - last.Low) * Widest, 1e-9);
        double high = Math.Min(points.Max(static p => p.High), middle + reach), low = Math.Max(points.Min(static p => p.Low), middle - reach);
        (low, high) = (Math.Min(low, 0), Math.Max(high, 0));
        double X(double rows) => Left + ((Width - Left - Right) * rows / last.Rows);
        double Y(double value) => Top + ((Height - Top - Bottom) * (high - Math.Clamp(value, low, high)) / (high - low));
        page.Append($"<div class=\"wide\"><svg class=\"time\" viewBox=\"0 0 {ReportText.At(Width)} {ReportText.At(Height)}\" role=\"img\" aria-label=\"Difference over the outcomes\">");
        foreach (double value in new[] { low, low / 2, 0, high / 2, high }.Distinct())
        {
            page.Append($"<path class=\"grid-line\" d=\"M{ReportText.At(Left)} {ReportText.At(Y(value))}H{ReportText.At(Width - Right)}\"/><text x=\"{ReportText.At(Left - 6)}\" y=\"{ReportText.At(Y(value) + 4)}\" text-anchor=\"end\">{ReportText.Number(value, "G3")}</text>");
        }

        page.Append("<path class=\"now\" style=\"stroke:none\" d=\"M");
        page.AppendJoin('L', points.Select(p => $"{ReportText.At(X(p.Rows))} {ReportText.At(Y(p.High))}")).Append('L');
        page.AppendJoin('L', points.Reverse().Select(p => $"{ReportText.At(X(p.Rows))} {ReportText.At(Y(p.Low))}")).Append("z\"/>");
        page.Append($"<path class=\"bound\" d=\"M{ReportText.At(Left)} {ReportText.At(Y(0))}H{ReportText.At(Width - Right)}\"/><path class=\"line\" d=\"M");
        page.AppendJoin('L', points.Where(static p => !double.IsNaN(p.Difference)).DefaultIfEmpty(last with { Difference = 0 }).Select(p => $"{ReportText.At(X(p.Rows))} {ReportText.At(Y(p.Difference))}")).Append("\"/>");
        for (int i = 0; i <= 4; i++)
        {
            page.Append($"<text x=\"{ReportText.At(X(last.Rows * i / 4.0))}\" y=\"{ReportText.At(Height - 4)}\" text-anchor=\"{(i == 0 ? "start" : i == 4 ? "end" : "middle")}\">{ReportText.Number(Math.Round(last.Rows * i / 4.0), "N0")}</text>");
        }

        page.Append("</svg></div>");
    }
}
