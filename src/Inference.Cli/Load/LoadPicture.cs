using System.Globalization;
using System.Net;
using System.Text;

namespace Inference.Cli.Load;

/// <summary>Draws a throughput–latency curve as SVG: answers a second on the x axis, latency on a logarithmic y axis.</summary>
internal static class LoadPicture
{
    private const double Width = 720;
    private const double Height = 400;
    private const double Left = 76;
    private const double Right = 20;
    private const double Top = 44;
    private const double Bottom = 48;
    private static readonly (string Name, double Quantile, string Color)[] s_lines = [("p50", 0.5, "#1b7f5c"), ("p99", 0.99, "#b3421f")];

    public static string Draw(string name, LoadResult result, LatencyObjective? objective)
    {
        LoadPoint[] points = [.. result.Points.Where(p => p.Latencies.Length > 0 && p.Throughput > 0).OrderBy(p => p.Offered)];
        double most = Math.Max(points.Select(p => p.Throughput).DefaultIfEmpty(1).Max(), result.Knee ?? 0) * 1.08;
        double low = Math.Floor(Math.Log10(Math.Max(points.Select(p => p.Quantile(0.5)).DefaultIfEmpty(1).Min(), 1)));
        double high = Math.Max(Math.Ceiling(Math.Log10(Math.Max(points.Select(p => p.Quantile(0.99)).DefaultIfEmpty(10).Max(), objective?.Limit.TotalMicroseconds ?? 1))), low + 1);
        double X(double rate) => Left + ((Width - Left - Right) * rate / most);
        double Y(double microseconds) => Top + ((Height - Top - Bottom) * (high - Math.Log10(Math.Max(microseconds, 1))) / (high - low));
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"Throughput and latency of {Text(name)}\" font-family=\"system-ui, sans-serif\" font-size=\"13\">");
        svg.Append(CultureInfo.InvariantCulture, $"<rect width=\"{Width}\" height=\"{Height}\" fill=\"#ffffff\"/><text x=\"{Left}\" y=\"24\" font-size=\"15\" fill=\"#1a1a1a\">{Text(name)}: latency by throughput</text>");
        for (double decade = low; decade <= high; decade++)
        {
            double y = Y(Math.Pow(10, decade));
            svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{Left} {y:0.#}H{Width - Right}\" stroke=\"#dcdcdc\"/><text x=\"{Left - 8}\" y=\"{y + 4:0.#}\" text-anchor=\"end\" fill=\"#444444\">{Time(Math.Pow(10, decade))}</text>");
        }

        double step = Step(most);
        for (double rate = 0; rate <= most; rate += step)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(rate):0.#}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\" fill=\"#444444\">{rate:0.###}</text>");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 8}\" text-anchor=\"middle\" fill=\"#444444\">answers a second</text>");
        if (result.Knee is { } knee)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{X(knee):0.#} {Top}V{Height - Bottom}\" stroke=\"#555555\" stroke-dasharray=\"4 4\"/><text x=\"{X(knee) - 6:0.#}\" y=\"{Top + 12}\" text-anchor=\"end\" fill=\"#1a1a1a\">knee {knee:0.#}/s</text>");
        }

        if (objective is not null)
        {
            double y = Y(objective.Limit.TotalMicroseconds);
            svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{Left} {y:0.#}H{Width - Right}\" stroke=\"#7a4fbf\" stroke-dasharray=\"2 3\"/><text x=\"{Left + 6}\" y=\"{y - 5:0.#}\" fill=\"#7a4fbf\">{Text(objective.Name)} objective {Time(objective.Limit.TotalMicroseconds)}</text>");
        }

        int line = 0;
        foreach ((string label, double quantile, string color) in s_lines)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<path fill=\"none\" stroke=\"{color}\" stroke-width=\"2\" d=\"");
            for (int i = 0; i < points.Length; i++)
            {
                svg.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? 'M' : 'L')}{X(points[i].Throughput):0.#} {Y(points[i].Quantile(quantile)):0.#}");
            }

            svg.Append("\"/>");
            foreach (LoadPoint point in points)
            {
                svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{X(point.Throughput):0.#}\" cy=\"{Y(point.Quantile(quantile)):0.#}\" r=\"3\" fill=\"{color}\"/>");
            }

            double x = Width - Right - 130 + (line * 65);
            svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{x} 20h18\" stroke=\"{color}\" stroke-width=\"2\"/><text x=\"{x + 24}\" y=\"24\" fill=\"#1a1a1a\">{label}</text>");
            line++;
        }

        return svg.Append("</svg>").ToString();
    }

    private static double Step(double most)
    {
        double size = Math.Pow(10, Math.Floor(Math.Log10(most)));
        return most / size >= 5 ? size : most / size >= 2 ? size / 2 : size / 5;
    }

    private static string Time(double microseconds) => microseconds < 1e3 ? FormattableString.Invariant($"{microseconds:0.##} µs")
        : microseconds < 1e6 ? FormattableString.Invariant($"{microseconds / 1e3:0.##} ms")
        : FormattableString.Invariant($"{microseconds / 1e6:0.##} s");

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
