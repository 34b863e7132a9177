using System.Globalization;
using System.Text;
using CaseStudy.Measuring;

namespace CaseStudy.Reporting;

/// <summary>A waterfall as SVG: what each step takes off, or adds.</summary>
internal static class WaterfallChart
{
    private const double Width = 920;
    private const double Left = 175;
    private const double Right = 230;
    private const double Row = 38;

    /// <param name="title">Above the chart.</param>
    /// <param name="unit">Of the figures.</param>
    /// <param name="format">Of the figures.</param>
    /// <param name="bars">Steps in order, with the figure that remains after each, and whether the next one starts from there.</param>
    public static string Write(string title, string unit, string format, IReadOnlyList<(string Name, double Value, bool Kept)> bars)
    {
        var svg = new StringBuilder();
        void Add(FormattableString part) => svg.Append(part.ToString(CultureInfo.InvariantCulture));
        double height = bars.Count * Row + 30;
        double max = bars.Max(b => b.Value);
        double X(double value) => Left + value / max * (Width - Left - Right);
        Add($"<svg viewBox=\"0 0 {Width} {height}\" role=\"img\" aria-label=\"{title}\"><text class=\"title\" x=\"0\" y=\"18\">{title}</text>");
        for (int i = 0; i < bars.Count; i++)
        {
            double y = 34 + i * Row;
            (string name, double value, bool kept) = bars[i];
            double before = i == 0 ? 0 : bars.Take(i).Last(b => b.Kept).Value;
            bool isBase = i == 0;
            bool better = value <= before;
            double from = isBase ? Left : X(Math.Min(value, before));
            double to = isBase ? X(value) : X(Math.Max(value, before));
            string kind = isBase ? "base" : (better ? "gain" : "loss") + (kept ? "" : " tried");
            Add($"<text class=\"name\" x=\"{Left - 10}\" y=\"{y + 17}\">{name}</text>");
            if (!isBase)
            {
                Add($"<rect class=\"rest\" x=\"{Left}\" y=\"{y}\" width=\"{Math.Max(0, X(Math.Min(value, before)) - Left):F1}\" height=\"24\"/>");
                Add($"<line class=\"link\" x1=\"{X(before):F1}\" x2=\"{X(before):F1}\" y1=\"{y - Row + 24}\" y2=\"{y}\"/>");
            }

            Add($"<rect class=\"{kind}\" x=\"{from:F1}\" y=\"{y}\" width=\"{Math.Max(1.5, to - from):F1}\" height=\"24\"/>");
            string change = isBase ? "" : (better ? "−" : "+") + Math.Abs(100 * (value - before) / bars[0].Value).ToString("F1", CultureInfo.InvariantCulture) + " points" + (kept ? "" : ", not kept");
            Add($"<text class=\"value\" x=\"{to + 8:F1}\" y=\"{y + 17}\">{value.ToString(format, CultureInfo.InvariantCulture)} {unit}<tspan class=\"change\" dx=\"8\">{change}</tspan></text>");
        }

        return svg.Append("</svg>").ToString();
    }
}
