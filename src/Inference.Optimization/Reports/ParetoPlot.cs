using System.Globalization;
using System.Text;
using Inference.Optimization.Records;

namespace Inference.Optimization.Reports;

/// <summary>Plots candidates by time (horizontal) and drop (vertical) as inline SVG: the source hollow, the selected candidate filled, the Pareto front connected. The numbers are those of the table.</summary>
internal static class ParetoPlot
{
    private const double Width = 600;
    private const double Height = 360;
    private const double Left = 64;
    private const double Bottom = 45;
    private const double Top = 20;
    private const double Right = 20;

    /// <summary>What stands beside each candidate in plot and table: its number; nothing for the source, which the plot names.</summary>
    public static string[] Numbers(DecisionRecord record)
    {
        int number = 0;
        return [.. record.Candidates.Select(c => c.Name == CandidateRecord.SourceName ? "" : (++number).ToString(CultureInfo.InvariantCulture))];
    }

    public static string Render(DecisionRecord record)
    {
        // The source is drawn apart from the others.
        CandidateRecord[] candidates = [.. record.Candidates.Where(c => c.Name != CandidateRecord.SourceName)];
        double[] shares = [1, .. candidates.Select(c => 1 / c.Speedup)];
        double xMax = shares.Max() * 1.1;
        double yMin = Math.Min(0, candidates.Select(c => c.Drop).DefaultIfEmpty(0).Min());
        double yMax = Math.Max(0.001, candidates.Select(c => c.Drop).DefaultIfEmpty(0).Max());
        (yMin, yMax) = (yMin - ((yMax - yMin) * 0.12), yMax + ((yMax - yMin) * 0.12));
        double X(double share) => Left + ((Width - Left - Right) * share / xMax);
        double Y(double drop) => Top + ((Height - Top - Bottom) * (drop - yMin) / (yMax - yMin));

        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"drop against time\">");
        svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{Left} {Top}V{Height - Bottom}H{Width - Right}\" fill=\"none\" style=\"stroke:var(--soft)\"/>");
        foreach (double share in AxisTicks.Of(0, xMax * 100, 6))
        {
            svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{X(share / 100):F1} {Height - Bottom}v4\" style=\"stroke:var(--soft)\"/><text x=\"{X(share / 100):F1}\" y=\"{Height - Bottom + 17:F1}\" text-anchor=\"middle\">{share:0.###} %</text>");
        }

        foreach (double points in AxisTicks.Of(yMin * 100, yMax * 100, 6))
        {
            double y = Y(points / 100);
            svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{Left - 4} {y:F1}H{Width - Right}\" style=\"stroke:var(--line)\"/><text x=\"{Left - 8}\" y=\"{y + 4:F1}\" text-anchor=\"end\">{points:0.#####}</text>");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{(Left + Width) / 2:F1}\" y=\"{Height - 8:F1}\" text-anchor=\"middle\">time, share of the source's</text>");
        svg.Append(CultureInfo.InvariantCulture, $"<text transform=\"translate(16 {Height / 2:F1}) rotate(-90)\" text-anchor=\"middle\">drop, points (up is better)</text>");

        var front = new List<(double Share, double Drop)>();
        double best = double.PositiveInfinity;
        foreach (CandidateRecord candidate in candidates.OrderBy(c => 1 / c.Speedup).ThenBy(c => c.Drop))
        {
            if (candidate.Drop < best)
            {
                best = candidate.Drop;
                front.Add((1 / candidate.Speedup, candidate.Drop));
            }
        }

        svg.Append("<polyline fill=\"none\" style=\"stroke:var(--blue)\" stroke-dasharray=\"4 3\" points=\"");
        front.ForEach(p => svg.Append(CultureInfo.InvariantCulture, $"{X(p.Share):F1},{Y(p.Drop):F1} "));
        svg.Append("\"/>");
        svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{X(1):F1}\" cy=\"{Y(0):F1}\" r=\"6\" style=\"fill:{(record.Chosen == CandidateRecord.SourceName ? "var(--good)" : "var(--bg)")};stroke:var(--ink)\"/><text x=\"{X(1):F1}\" y=\"{Y(0) - 9:F1}\" text-anchor=\"middle\">source</text>");
        (double X, double Y)[] dots = [(X(1), Y(0)), .. candidates.Select(c => (X(1 / c.Speedup), Y(c.Drop)))];
        var labels = new List<(double X, double Y)> { (X(1) - 14, Y(0) - 13), (X(1), Y(0) - 13), (X(1) + 14, Y(0) - 13) };
        for (int i = 0; i < candidates.Length; i++)
        {
            CandidateRecord candidate = candidates[i];
            bool isChosen = candidate.Name == record.Chosen;
            string color = isChosen ? "var(--good)" : candidate.Accepted ? "var(--blue)" : "var(--bad)";
            double x = X(1 / candidate.Speedup);
            double y = Y(candidate.Drop);
            svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{x:F1}\" cy=\"{y:F1}\" r=\"{(isChosen ? 8 : 5)}\" style=\"fill:{color}\"><title>{HtmlReport.Text(candidate.Name)}</title></circle>");

            // Numbers instead of names, because candidates lie close together.
            (double X, double Y) at = Place(x, y, i, labels, dots);
            labels.Add(at);
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{at.X:F1}\" y=\"{at.Y + 4:F1}\" text-anchor=\"middle\">{i + 1}</text>");
        }

        string[] numbers = Numbers(record);
        int chosen = record.Candidates.ToList().FindIndex(c => c.Name == record.Chosen && c.Name != CandidateRecord.SourceName);
        string named = chosen >= 0 ? $"<b class=\"good\">●</b> {numbers[chosen]}, chosen: {HtmlReport.Text(record.Chosen)} · " : record.Chosen.Length > 0 ? $"<b class=\"good\">●</b> chosen: {HtmlReport.Text(record.Chosen)} · " : "";
        return svg.Append($"</svg><p class=\"key\">{named}<b class=\"blue\">●</b> within the budget · <b class=\"bad\">●</b> rejected · ○ source · dashed: no other is both faster and better. Numbers are those of the table.</p>").ToString();
    }

    /// <summary>The centre of a point's number: the nearest position around the point that covers no other number and no point.</summary>
    private static (double X, double Y) Place(double x, double y, int number, List<(double X, double Y)> labels, (double X, double Y)[] dots)
    {
        const int Turns = 12;
        for (double radius = 15; radius < 60; radius += 11)
        {
            for (int turn = 0; turn < Turns; turn++)
            {
                double angle = ((number * 2) + turn) * 2 * Math.PI / Turns - (Math.PI / 2);
                (double X, double Y) at = (x + (radius * Math.Cos(angle)), y + (radius * Math.Sin(angle)));
                if (at.X > Left + 8 && at.X < Width - 8 && at.Y > 8 && at.Y < Height - Bottom - 8
                    && !labels.Exists(l => Math.Abs(l.X - at.X) < 15 && Math.Abs(l.Y - at.Y) < 12) && !Array.Exists(dots, d => Math.Abs(d.X - at.X) < 12 && Math.Abs(d.Y - at.Y) < 11))
                {
                    return at;
                }
            }
        }

        return (x, y - 15);
    }
}
