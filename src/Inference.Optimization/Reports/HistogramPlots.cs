using System.Globalization;
using System.Text;

namespace Inference.Optimization.Reports;

/// <summary>Draws a small histogram for each range.</summary>
internal static class HistogramPlots
{
    private const double Width = 220;
    private const double Height = 70;

    public static string Render(IReadOnlyList<TensorRange> ranges)
    {
        var page = new StringBuilder("<div class=\"grid\">");
        foreach (TensorRange range in ranges)
        {
            Render(page, range);
        }

        return page.Append("</div>").ToString();
    }

    private static void Render(StringBuilder page, TensorRange range)
    {
        double end = range.Origin + (range.Width * range.Counts.Count);
        double from = Math.Min(range.Origin, range.Low);
        double span = Math.Max(Math.Max(end, range.High) - from, 1e-12);
        double X(double value) => (value - from) / span * Width;

        // The fourth root makes the rare outliers that determine a range visible beside the many small values.
        double most = Math.Sqrt(Math.Sqrt(Math.Max(1, range.Counts.Max())));
        page.Append(CultureInfo.InvariantCulture, $"<figure><svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"values of {HtmlReport.Text(range.Name)}\"><rect x=\"{X(range.Low):F1}\" y=\"0\" width=\"{Math.Max(0, X(range.High) - X(range.Low)):F1}\" height=\"{Height}\" style=\"fill:var(--shade)\"/><path style=\"fill:var(--blue)\" d=\"");
        for (int i = 0; i < range.Counts.Count; i++)
        {
            if (range.Counts[i] > 0)
            {
                double height = Math.Max(1, Height * Math.Sqrt(Math.Sqrt(range.Counts[i])) / most);
                double left = X(range.Origin + (i * range.Width));
                page.Append(CultureInfo.InvariantCulture, $"M{left:F1} {Height}v{-height:F1}h{range.Width / span * Width:F1}V{Height}z");
            }
        }

        page.Append(CultureInfo.InvariantCulture, $"\"/></svg><figcaption>{HtmlReport.Text(range.Name)}: [{range.Low:G4}, {range.High:G4}] by {HtmlReport.Text(range.Method)}; observed [{range.Origin:G4}, {end:G4}]</figcaption></figure>");
    }
}
