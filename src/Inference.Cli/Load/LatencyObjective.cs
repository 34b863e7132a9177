using System.Globalization;
using Inference.Cli.Running;

namespace Inference.Cli.Load;

/// <summary>A bound of a quantile of latencies: <c>p99=5ms</c>.</summary>
/// <param name="Name">As given: <c>p99</c>.</param>
/// <param name="Quantile">0 to 1.</param>
/// <param name="Limit">The bound.</param>
internal sealed record LatencyObjective(string Name, double Quantile, TimeSpan Limit)
{
    /// <summary>Parses <c>p99=5ms</c>, <c>p50=200us</c>, <c>p99.9=0.1s</c>.</summary>
    /// <exception cref="UsageException">The text has another form.</exception>
    public static LatencyObjective Parse(string text)
    {
        string[] parts = text.Split('=');
        if (parts.Length == 2 && parts[0].StartsWith('p')
            && double.TryParse(parts[0].AsSpan(1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double percent) && percent is > 0 and < 100
            && Duration(parts[1]) is { } limit && limit > TimeSpan.Zero)
        {
            return new(parts[0], percent / 100, limit);
        }

        throw new UsageException($"--objective: expected a quantile and its bound, such as p99=5ms, p50=200us or p99.9=0.1s, got '{text}'.");
    }

    private static TimeSpan? Duration(string text)
    {
        (string unit, double microseconds) = text.EndsWith("us", StringComparison.Ordinal) ? ("us", 1.0) : text.EndsWith("ms", StringComparison.Ordinal) ? ("ms", 1e3) : ("s", 1e6);
        return text.EndsWith(unit, StringComparison.Ordinal)
            && double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && value * microseconds < 1e12
            ? TimeSpan.FromMicroseconds(value * microseconds)
            : null;
    }
}
