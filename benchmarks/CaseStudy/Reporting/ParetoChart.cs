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
    private const double Line = 17;
    private const double CharacterWidth = 7.3;
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
        (double X, double Y)[] dots = [.. points.Select(p => (X(p.Cpu), Y(p.Drop)))];
        var placed = new List<Box>();
        foreach ((string name, double cpu, double drop) in points.OrderBy(p => p.Cpu))
        {
            Box box = Place(X(cpu), Y(drop), name.Length * CharacterWidth, placed, dots);
            placed.Add(box);
            Add($"<circle class=\"{(front.Any(f => f.Name == name) ? "gain" : "base")}\" cx=\"{X(cpu):F1}\" cy=\"{Y(drop):F1}\" r=\"5.5\"/>");
            if (Math.Min(Math.Abs(box.Top - Y(drop)), Math.Abs(box.Bottom - Y(drop))) > Line)
            {
                Add($"<line class=\"lead\" x1=\"{X(cpu):F1}\" y1=\"{Y(drop):F1}\" x2=\"{Math.Clamp(X(cpu), box.Left, box.Right):F1}\" y2=\"{(box.Top > Y(drop) ? box.Top : box.Bottom):F1}\"/>");
            }

            Add($"<text class=\"label\" x=\"{box.Left:F1}\" y=\"{box.Bottom - 4:F1}\">{name}</text>");
        }

        return svg.Append("</svg>").ToString();
    }

    /// <summary>The nearest place beside, below or above a point where its label covers neither another label nor a point.</summary>
    private static Box Place(double x, double y, double width, List<Box> placed, (double X, double Y)[] dots)
    {
        Box first = default;
        for (int ring = 0; ring < 9; ring++)
        {
            double off = 8 + ring * Line;
            foreach ((double left, double top) in (ReadOnlySpan<(double, double)>)[(x + 9, y - Line / 2), (x - 9 - width, y - Line / 2), (x - width / 2, y + off), (x - width / 2, y - off - Line), (x + 6, y + off), (x - 6 - width, y + off)])
            {
                var box = new Box(left, top, left + width, top + Line);
                first = first == default ? box : first;
                if (box.Left >= Left + 2 && box.Right <= Width && box.Top >= 0 && box.Bottom <= Height - Bottom && !placed.Exists(box.Meets) && !Array.Exists(dots, d => box.Meets(new Box(d.X - 6, d.Y - 6, d.X + 6, d.Y + 6))))
                {
                    return box;
                }
            }
        }

        return first;
    }

    private readonly record struct Box(double Left, double Top, double Right, double Bottom)
    {
        public bool Meets(Box other) => Left < other.Right && other.Left < Right && Top < other.Bottom && other.Top < Bottom;
    }
}
