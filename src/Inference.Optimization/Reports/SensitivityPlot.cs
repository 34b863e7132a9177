using System.Globalization;
using System.Text;

namespace Inference.Optimization.Reports;

/// <summary>Plots the cost and gain of each layer in 8 bits: bars of output error (logarithmic), with time and bytes beside them.</summary>
internal static class SensitivityPlot
{
    private const double Row = 22;
    private const double Left = 230;
    private const double Bar = 380;
    private const double Floor = 1e-8;

    public static string Render(IReadOnlyList<LayerSensitivity> layers)
    {
        LayerSensitivity[] sorted = [.. layers.OrderByDescending(l => l.OutputError)];
        double most = Math.Log10(Math.Max(sorted[0].OutputError, Floor * 10) / Floor);
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<div class=\"wide\"><svg viewBox=\"0 0 860 {(sorted.Length + 1) * Row}\" role=\"img\" aria-label=\"output error of each layer alone in 8 bits\">");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 6}\" y=\"14\" text-anchor=\"end\">layer</text><text x=\"{Left}\" y=\"14\">output error (squared, share of variance; bar is logarithmic)</text><text x=\"755\" y=\"14\" text-anchor=\"end\">time</text><text x=\"855\" y=\"14\" text-anchor=\"end\">float bytes</text>");
        for (int i = 0; i < sorted.Length; i++)
        {
            LayerSensitivity layer = sorted[i];
            double y = (i + 1) * Row;
            double width = Bar * Math.Max(0.004, Math.Log10(Math.Max(layer.OutputError, Floor) / Floor) / most);
            string name = layer.Name.Length > 32 ? "…" + layer.Name[^31..] : layer.Name;
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 6}\" y=\"{y + 14}\" text-anchor=\"end\">{HtmlReport.Text(name)}</text><rect x=\"{Left}\" y=\"{y + 3}\" width=\"{width:F1}\" height=\"{Row - 7}\" style=\"fill:var(--blue)\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left + width + 6:F1}\" y=\"{y + 14}\">{layer.OutputError * 100:G3} %</text><text x=\"755\" y=\"{y + 14}\" text-anchor=\"end\">× {layer.TimeShare:F2}</text><text x=\"855\" y=\"{y + 14}\" text-anchor=\"end\">{layer.SourceBytes:N0}</text>");
        }

        return svg.Append("</svg></div>").ToString();
    }
}
