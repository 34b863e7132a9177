using System.Text;

namespace Inference.Monitoring.Reporting;

/// <summary>Metrics of the model: on the reference, estimated with an interval, and realized.</summary>
internal static class PerformanceSection
{
    private const double Width = 200;
    private const double Margin = 10;

    public static void Write(StringBuilder page, IReadOnlyList<PerformanceVerdict> metrics)
    {
        if (metrics.Count == 0)
        {
            return;
        }

        page.Append("<h2>Performance</h2>");
        var table = new ReportTable(page, "Metric", "#Reference", "#Estimated", "#95 % interval", "#Realized", "#Reliability", "");
        foreach (PerformanceVerdict metric in metrics)
        {
            table.Row(
                ReportText.Text(metric.Metric),
                ReportText.Number(metric.Reference, "F4"),
                ReportText.Number(metric.Estimated, "F4"),
                $"{ReportText.Number(metric.Low, "F4")} to {ReportText.Number(metric.High, "F4")}",
                ReportText.Number(metric.Realized, "F4"),
                ReportText.Share(metric.Reliability),
                Plot(metric));
        }

        table.End();
        page.Append("<p class=\"note\">In the picture: grey line, reference; blue, estimate and interval; red diamond, realized from labels.</p>");
    }

    private static string Plot(PerformanceVerdict metric)
    {
        double[] values = [.. new[] { metric.Reference, metric.Estimated, metric.Low, metric.High, metric.Realized }.Where(double.IsFinite)];
        if (values.Length == 0)
        {
            return "";
        }

        double least = values.Min(), span = Math.Max(values.Max() - least, 1e-9);
        string X(double value) => ReportText.At(Margin + ((Width - (2 * Margin)) * (value - least) / span));
        var plot = new StringBuilder($"<svg class=\"metric\" viewBox=\"0 0 {ReportText.At(Width)} 20\" role=\"img\" aria-label=\"{ReportText.Text(metric.Metric)}\"><path class=\"axis\" d=\"M0 10H{ReportText.At(Width)}\"/>");
        if (double.IsFinite(metric.Low) && double.IsFinite(metric.High))
        {
            plot.Append($"<path class=\"range\" d=\"M{X(metric.Low)} 10H{X(metric.High)}\"/>");
        }

        if (double.IsFinite(metric.Reference))
        {
            plot.Append($"<path class=\"reference\" d=\"M{X(metric.Reference)} 2V18\"/>");
        }

        if (double.IsFinite(metric.Estimated))
        {
            plot.Append($"<circle class=\"estimate\" cx=\"{X(metric.Estimated)}\" cy=\"10\" r=\"4\"/>");
        }

        if (double.IsFinite(metric.Realized))
        {
            plot.Append($"<path class=\"realized\" d=\"M{X(metric.Realized)} 4l5 6l-5 6l-5 -6z\"/>");
        }

        return plot.Append("</svg>").ToString();
    }
}
