namespace Inference.Optimization.Reports;

/// <summary>Round numbers along an axis.</summary>
internal static class AxisTicks
{
    /// <summary>Multiples of 1, 2 or 5 times a power of ten within a range, at most as many as asked for and one more.</summary>
    /// <param name="low">The start of the axis.</param>
    /// <param name="high">Its end, above the start.</param>
    /// <param name="most">How many parts to divide it into at most.</param>
    public static double[] Of(double low, double high, int most)
    {
        double least = (high - low) / most;
        double power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        double step = new[] { 1, 2, 5, 10 }.Select(m => m * power).First(s => s >= least * (1 - 1e-9));
        long first = (long)Math.Ceiling((low / step) - 1e-9);
        long last = (long)Math.Floor((high / step) + 1e-9);
        return [.. Enumerable.Range(0, (int)(last - first + 1)).Select(i => (first + i) * step)];
    }
}
