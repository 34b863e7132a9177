namespace Inference.Monitoring.Outcomes;

/// <summary>Sums of numbers given by their logarithms.</summary>
internal static class Sums
{
    /// <summary>ln of the mean.</summary>
    public static double LogMean(ReadOnlySpan<double> logs) => LogSum(logs) - Math.Log(logs.Length);

    /// <summary>ln of the sum; +∞ if one is.</summary>
    public static double LogSum(ReadOnlySpan<double> logs)
    {
        double largest = double.NegativeInfinity;
        foreach (double log in logs)
        {
            largest = Math.Max(largest, log);
        }

        if (!double.IsFinite(largest))
        {
            return largest;
        }

        double sum = 0;
        foreach (double log in logs)
        {
            sum += Math.Exp(log - largest);
        }

        return largest + Math.Log(sum);
    }
}
