using System.Text;

namespace Inference.Monitoring.Reporting;

/// <summary>Draws the distribution of a column then and now: for ordered columns a histogram, with a bar for each kind of special value that occurs; for categories pairs of bars.</summary>
internal static class DistributionPlot
{
    private const double Width = 320;
    private const double Height = 120;
    private const double Axis = 16;
    private const double Special = 34;
    private const int ScoreSteps = 8;

    // As many lines as a card of a histogram is high.
    private const int MaxCategories = 8;

    // A bar beyond so many times the others' median, or narrower than a pixel or two, would hide them: the axis is then by bins instead of values.
    private const double MaxRange = 25;
    private const double MinWidth = 0.004;

    public static void Draw(StringBuilder page, ReferenceColumn column, ReadOnlySpan<long> then, ReadOnlySpan<long> now, string label)
    {
        if (column.Layout.Ordered > 0)
        {
            DrawOrdered(page, column, then, now, label);
        }
        else
        {
            DrawCategories(page, column, then, now, label);
        }
    }

    private static void DrawOrdered(StringBuilder page, ReferenceColumn column, ReadOnlySpan<long> then, ReadOnlySpan<long> now, string label)
    {
        CellLayout layout = column.Layout;
        double thenRows = Math.Max(Total(then), 1), nowRows = Math.Max(Total(now), 1);
        (string Name, int Cell)[] specials = [.. SpecialCells(layout, then, now)];
        int step = column.Kind == ColumnKind.Score ? ScoreSteps : 1, bins = (layout.Bins + step - 1) / step;
        double plot = Width - (Special * specials.Length) - (specials.Length > 0 ? 8 : 0);
        double[] edges = Places(column.Edges, step, bins, out bool byValue);
        var thens = new double[bins];
        var nows = new double[bins];
        for (int i = 0; i < layout.Bins; i++)
        {
            thens[i / step] += then[layout.First + i] / thenRows;
            nows[i / step] += now[layout.First + i] / nowRows;
        }

        for (int i = 0; i < bins; i++)
        {
            double width = edges[i + 1] - edges[i];
            (thens[i], nows[i]) = (thens[i] / width, nows[i] / width);
        }

        double most = Math.Max(Math.Max(thens.Max(), nows.Max()), 1e-12), height = Height - Axis - 4;
        page.Append($"<svg viewBox=\"0 0 {ReportText.At(Width)} {ReportText.At(Height)}\" role=\"img\" aria-label=\"{label}\">");
        Path(page, "then", thens);
        Path(page, "now", nows);
        page.Append($"<path class=\"axis\" d=\"M0 {ReportText.At(Height - Axis)}H{ReportText.At(plot)}\"/>");
        Label(page, 0, "start", column.Edges[0]);
        if (bins > 2)
        {
            Label(page, plot * edges[bins / 2], "middle", column.Edges[Math.Min(bins / 2 * step, layout.Bins)]);
        }

        Label(page, plot, "end", column.Edges[^1]);
        for (int s = 0; s < specials.Length; s++)
        {
            double left = Width - (Special * (specials.Length - s)), room = Special - 4;
            Bar(page, "then", left, then[specials[s].Cell] / thenRows, room);
            Bar(page, "now", left, now[specials[s].Cell] / nowRows, room);
            page.Append($"<text x=\"{ReportText.At(left + (room / 2))}\" y=\"{ReportText.At(Height - 4)}\" text-anchor=\"middle\">{specials[s].Name}</text>");
        }

        page.Append("</svg>");
        if (!byValue)
        {
            page.Append("<p class=\"note\">By bin, not to scale.</p>");
        }

        void Path(StringBuilder to, string style, double[] values)
        {
            to.Append($"<path class=\"{style}\" d=\"M0 {ReportText.At(Height - Axis)}");
            for (int i = 0; i < values.Length; i++)
            {
                to.Append($"V{ReportText.At(Height - Axis - (height * values[i] / most))}H{ReportText.At(plot * edges[i + 1])}");
            }

            to.Append($"V{ReportText.At(Height - Axis)}z\"/>");
        }

        // Special values are shares of all rows, on a scale of their own.
        void Bar(StringBuilder to, string style, double left, double share, double room) =>
            to.Append($"<path class=\"{style}\" d=\"M{ReportText.At(left)} {ReportText.At(Height - Axis)}v{ReportText.At(-Math.Max(height * share, share > 0 ? 1.5 : 0))}h{ReportText.At(room)}V{ReportText.At(Height - Axis)}z\"/>");

        static void Label(StringBuilder to, double x, string anchor, double value) =>
            to.Append($"<text x=\"{ReportText.At(x)}\" y=\"{ReportText.At(Height - 4)}\" text-anchor=\"{anchor}\">{ReportText.Number(value, "G4")}</text>");
    }

    // The places of edges, 0 to 1: by value where bars can then be seen, otherwise one step a bin.
    private static double[] Places(IReadOnlyList<double> edges, int step, int bins, out bool byValue)
    {
        var places = new double[bins + 1];
        int last = edges.Count - 1;
        double range = edges[last] - edges[0], middle = edges[last * 3 / 4] - edges[last / 4], narrowest = double.PositiveInfinity;
        for (int i = 0; i <= bins; i++)
        {
            places[i] = range > 0 ? (edges[Math.Min(i * step, last)] - edges[0]) / range : 0;
            narrowest = i > 0 ? Math.Min(narrowest, places[i] - places[i - 1]) : narrowest;
        }

        byValue = range > 0 && double.IsFinite(range) && middle * MaxRange >= range && narrowest >= MinWidth;
        for (int i = 0; i <= bins && !byValue; i++)
        {
            places[i] = (double)i / bins;
        }

        return places;
    }

    private static IEnumerable<(string Name, int Cell)> SpecialCells(CellLayout layout, ReadOnlySpan<long> then, ReadOnlySpan<long> now)
    {
        var found = new List<(string, int)>();
        foreach ((string name, int cell) in (ReadOnlySpan<(string, int)>)[("−∞", layout.NegativeInfinity), ("&lt;min", layout.Under), ("&gt;max", layout.Over), ("+∞", layout.PositiveInfinity), ("NaN", layout.NaN), ("none", layout.Missing)])
        {
            if (then[cell] > 0 || now[cell] > 0)
            {
                found.Add((name, cell));
            }
        }

        return found;
    }

    private static void DrawCategories(StringBuilder page, ReferenceColumn column, ReadOnlySpan<long> then, ReadOnlySpan<long> now, string label)
    {
        double thenRows = Math.Max(Total(then), 1), nowRows = Math.Max(Total(now), 1);
        var shares = new (string Name, double Then, double Now)[column.Layout.Count];
        for (int i = 0; i < shares.Length; i++)
        {
            string name = i < column.Categories.Count ? ReportText.Text(column.Categories[i]) : i == column.Layout.Other ? "<i>other</i>" : i == column.Layout.Unseen ? "<i>unseen</i>" : "<i>missing</i>";
            shares[i] = (name, then[i] / thenRows, now[i] / nowRows);
        }

        // Those that changed most, in the order of the profile.
        HashSet<int> shown = [.. Enumerable.Range(0, shares.Length).Where(i => shares[i].Then > 0 || shares[i].Now > 0).OrderByDescending(i => Math.Abs(shares[i].Now - shares[i].Then)).ThenByDescending(i => shares[i].Then).Take(MaxCategories)];
        page.Append($"<div class=\"cats\" role=\"img\" aria-label=\"{label}\">");
        for (int i = 0; i < shares.Length; i++)
        {
            if (shown.Contains(i))
            {
                page.Append($"<span class=\"cat\">{shares[i].Name}</span><span class=\"bars\"><svg viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\"><rect class=\"then\" width=\"{ReportText.At(100 * shares[i].Then)}\" height=\"5\"/><rect class=\"now\" y=\"5\" width=\"{ReportText.At(100 * shares[i].Now)}\" height=\"5\"/></svg></span><span class=\"n\">{ReportText.Share(shares[i].Then)} → {ReportText.Share(shares[i].Now)}</span>");
            }
        }

        page.Append("</div>");
        int rest = shares.Count(static s => s.Then > 0 || s.Now > 0) - shown.Count;
        if (rest > 0)
        {
            page.Append($"<p class=\"note\">{rest} values that changed less are left out.</p>");
        }
    }

    private static double Total(ReadOnlySpan<long> counts)
    {
        double sum = 0;
        foreach (long count in counts)
        {
            sum += count;
        }

        return sum;
    }
}
