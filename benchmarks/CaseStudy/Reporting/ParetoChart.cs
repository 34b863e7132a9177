using System.Globalization;
using System.Text;

namespace CaseStudy.Reporting;

/// <summary>Cost against quality as SVG: one point a step, the best trade-offs joined.</summary>
internal static class ParetoChart
{
    private const double Width = 920;
    private const double Height = 400;
    private const double Left = 70;
    private const double Right = 30;
    private const double Top = 14;
    private const double Bottom = 60;
    private static readonly double[] s_ticks = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

    /// <param name="points">CPU seconds for 1,000 requests, and points of AUC lost.</param>
    public static string Write(IReadOnlyList<(string Name, double Cpu, double Drop)> points)
    {
        var svg = new StringBuilder();
        void Add(FormattableString part) => svg.Append(part.ToString(CultureInfo.InvariantCulture));
        double minCpu = points.Min(p => p.Cpu) / 1.3;
        double maxCpu = points.Max(p => p.Cpu) * 1.3;
        double low = Math.Min(-0.01, points.Min(p => p.Drop) - 0.01);
        double high = Math.Max(0.12, points.Max(p => p.Drop) + 0.01);
        double X(double cpu) => Left + Math.Log(cpu / minCpu) / Math.Log(maxCpu / minCpu) * (Width - Left - Right);
        double Y(double drop) => Top + (drop - low) / (high - low) * (Height - Top - Bottom);
        Add($"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"Cost and quality\">");
        foreach (double cpu in s_ticks.Where(t => t > minCpu && t < maxCpu))
        {
            Add($"<line class=\"grid\" x1=\"{X(cpu):F1}\" x2=\"{X(cpu):F1}\" y1=\"{Top}\" y2=\"{Height - Bottom}\"/><text class=\"tick middle\" x=\"{X(cpu):F1}\" y=\"{Height - Bottom + 18}\">{cpu}</text>");
        }

        for (double drop = 0; drop < high; drop += 0.02)
        {
            Add($"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(drop):F1}\" y2=\"{Y(drop):F1}\"/><text class=\"tick end\" x=\"{Left - 8}\" y=\"{Y(drop) + 4:F1}\">{(drop == 0 ? 0 : -drop):F2}</text>");
        }

        Add($"<line class=\"budget\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(0.1):F1}\" y2=\"{Y(0.1):F1}\"/><text class=\"tick end\" x=\"{Width - Right}\" y=\"{Y(0.1) - 6:F1}\">budget: 0.1 points</text>");
        Add($"<text class=\"tick middle\" x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 14}\">CPU seconds for 1,000 requests (logarithmic)</text>");
        Add($"<text class=\"tick middle\" transform=\"translate(16 {(Top + Height - Bottom) / 2}) rotate(-90)\">AUC against the baseline, points</text>");
        (string Name, double Cpu, double Drop)[] front = [.. points.Where(p => !points.Any(o => o.Cpu < p.Cpu && o.Drop <= p.Drop || o.Cpu <= p.Cpu && o.Drop < p.Drop)).OrderBy(p => p.Cpu)];
        Add($"<polyline class=\"front\" points=\"{string.Join(' ', front.Select(p => FormattableString.Invariant($"{X(p.Cpu):F1},{Y(p.Drop):F1}")))}\"/>");
        var placed = new List<(double X, double Y)>();
        foreach ((string name, double cpu, double drop) in points.OrderBy(p => p.Cpu))
        {
            double x = X(cpu) + 4;
            double y = Y(drop) - 7;
            while (placed.Exists(p => Math.Abs(p.Y - y) < 15 && Math.Abs(p.X - x) < 150))
            {
                y += 24;
            }

            placed.Add((x, y));
            bool turned = x > Width - Right - 150;
            Add($"<circle class=\"{(front.Any(f => f.Name == name) ? "gain" : "base")}\" cx=\"{X(cpu):F1}\" cy=\"{Y(drop):F1}\" r=\"5.5\"/>");
            Add($"<text class=\"label{(turned ? " end" : "")}\" x=\"{(turned ? x - 8 : x):F1}\" y=\"{y:F1}\">{name}</text>");
        }

        return svg.Append("</svg>").ToString();
    }
}
