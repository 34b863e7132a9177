using System.Globalization;
using Inference.Cli.Running;

namespace Inference.Cli.Commands;

/// <summary>Reads numbers with units.</summary>
internal static class Quantity
{
    private static readonly (string Unit, double Seconds)[] s_times = [("us", 1e-6), ("µs", 1e-6), ("ms", 1e-3), ("s", 1), ("m", 60), ("h", 3600)];
    private static readonly (string Unit, double Bytes)[] s_sizes = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("B", 1), ("", 1)];

    /// <summary>A duration such as 250us, 5ms, 90s, 10m or 1h.</summary>
    public static TimeSpan Duration(string text, string option) =>
        Read(text, s_times) is { } seconds && seconds <= TimeSpan.MaxValue.TotalSeconds / 2 && TimeSpan.FromSeconds(seconds) is { Ticks: > 0 } time
            ? time
            : throw new UsageException($"{option}: expected a duration such as 250us, 5ms, 90s, 10m or 1h, got '{text}'.");

    /// <summary>A size such as 500000, 20MB or 1.5GiB.</summary>
    public static long Bytes(string text, string option) =>
        Read(text, s_sizes) is { } bytes and >= 1 and < long.MaxValue / 2 ? (long)bytes : throw new UsageException($"{option}: expected a size such as 500000, 20MB or 1.5GiB, got '{text}'.");

    private static double? Read(string text, (string Unit, double Factor)[] units)
    {
        foreach ((string unit, double factor) in units)
        {
            if (text.EndsWith(unit, StringComparison.OrdinalIgnoreCase)
                && double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && value > 0)
            {
                return value * factor;
            }
        }

        return null;
    }
}
