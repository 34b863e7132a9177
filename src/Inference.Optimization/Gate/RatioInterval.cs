namespace Inference.Optimization.Gate;

/// <summary>The ratio of the 95th percentiles of two series of times that were measured in turns, and its interval by a bootstrap of blocks of consecutive rounds, which keeps both the pairing and the load that lasts over several rounds.</summary>
internal static class RatioInterval
{
    private const int Samples = 999;
    private const double Level = 0.95;

    /// <summary>The 95th percentile: the smallest time that is not exceeded by 95 % of them.</summary>
    public static double Percentile(double[] times)
    {
        double[] sorted = [.. times];
        Array.Sort(sorted);
        return sorted[Math.Max(0, (int)Math.Ceiling(Level * sorted.Length) - 1)];
    }

    /// <summary>The ends of the interval.</summary>
    /// <param name="baseline">The times of the baseline, in order.</param>
    /// <param name="candidate">Those of the candidate, of the same rounds.</param>
    /// <param name="confidence">The one-sided confidence of each end.</param>
    /// <param name="seed">The seed of the samples.</param>
    public static (double Low, double High) Of(double[] baseline, double[] candidate, double confidence, int seed)
    {
        int rounds = baseline.Length, block = (int)Math.Ceiling(Math.Cbrt(rounds));
        var random = new Random(seed);
        double[] ratios = new double[Samples], before = new double[rounds], after = new double[rounds];
        for (int sample = 0; sample < Samples; sample++)
        {
            for (int at = 0; at < rounds; at += block)
            {
                int start = random.Next(rounds);
                for (int i = 0; i < block && at + i < rounds; i++)
                {
                    (before[at + i], after[at + i]) = (baseline[(start + i) % rounds], candidate[(start + i) % rounds]);
                }
            }

            ratios[sample] = Percentile(after) / Percentile(before);
        }

        Array.Sort(ratios);
        int cut = (int)((1 - confidence) * (Samples + 1)) - 1;
        return (ratios[Math.Max(0, cut)], ratios[Samples - 1 - Math.Max(0, cut)]);
    }
}
