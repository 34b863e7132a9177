using System.Globalization;
using Inference.Optimization.Evaluation;

namespace Inference.Optimization.Search;

/// <summary>The limits of a search on the model itself: least speedup, most bytes, longest time.</summary>
internal static class SearchLimits
{
    /// <summary>Why a model is beyond the limits; empty if it is not.</summary>
    /// <param name="options">The limits.</param>
    /// <param name="speedup">The source's time ÷ the model's.</param>
    /// <param name="bytes">The bytes of its constants.</param>
    /// <param name="times">The times of its runs, microseconds; empty if the longest time is not limited.</param>
    public static string[] Objections(OptimizeOptions options, double speedup, long bytes, IReadOnlyList<double> times)
    {
        double p95 = options.MaxP95 is null || times.Count == 0 ? 0 : LatencyMeter.P95(times);
        return
        [
            .. speedup < options.MinSpeedup ? [Text($"speedup {speedup:F2} is below {options.MinSpeedup:F2}")] : Array.Empty<string>(),
            .. bytes > options.MaxBytes ? [Text($"{bytes:N0} bytes of weights are more than {options.MaxBytes:N0}")] : Array.Empty<string>(),
            .. p95 > options.MaxP95?.TotalMicroseconds ? [Text($"95 % of the runs take up to {p95:F1} µs, more than {options.MaxP95.Value.TotalMicroseconds:F1}")] : Array.Empty<string>(),
        ];
    }

    /// <summary>The limits as text.</summary>
    public static IEnumerable<string> Describe(OptimizeOptions options) => new[]
    {
        options.MinSpeedup is { } speedup ? Text($"speedup ≥ {speedup:F2}") : "",
        options.MaxBytes is { } bytes ? Text($"weights ≤ {bytes:N0} bytes") : "",
        options.MaxP95 is { } time ? Text($"p95 ≤ {time.TotalMicroseconds:F1} µs") : "",
    }.Where(static t => t.Length > 0);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
