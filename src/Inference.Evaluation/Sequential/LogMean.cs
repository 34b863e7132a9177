namespace Inference.Evaluation.Sequential;

/// <summary>Sums and means of numbers given by their logarithms, in a fixed order.</summary>
internal static class LogMean
{
    /// <summary>ln of the mean.</summary>
    public static double Of(ReadOnlySpan<double> logs) => SumOf(logs) - Math.Log(logs.Length);

    /// <summary>ln of the sum.</summary>
    public static double SumOf(ReadOnlySpan<double> logs)
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
