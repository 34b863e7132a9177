namespace Inference.Optimization.Evaluation;

/// <summary>The paired bootstrap: both models are judged on the same resampled rows, so that what is hard for both cancels out. Source: Efron and Tibshirani, "An Introduction to
/// the Bootstrap", 1993.</summary>
internal static class Bootstrap
{
    /// <summary>The 95 % interval of the drop.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="source">The source model's.</param>
    /// <param name="candidate">The other model's.</param>
    /// <param name="rows">The rows to resample.</param>
    /// <param name="total">Rows that the metrics were prepared for.</param>
    /// <param name="resamples">How many.</param>
    /// <param name="seed">Seeds the resampling.</param>
    public static (double Low, double High) Interval(Metric metric, PreparedMetric source, PreparedMetric candidate, ReadOnlySpan<int> rows, int total, int resamples, int seed)
    {
        var random = new Random(seed);
        var weights = new int[total];
        var drops = new List<double>(resamples);
        for (int i = 0; i < resamples; i++)
        {
            Array.Clear(weights);
            for (int k = 0; k < rows.Length; k++)
            {
                weights[rows[random.Next(rows.Length)]]++;
            }

            double drop = metric.Drop(source.Value(weights), candidate.Value(weights));
            if (!double.IsNaN(drop))
            {
                drops.Add(drop);
            }
        }

        if (drops.Count == 0)
        {
            return (double.NaN, double.NaN);
        }

        drops.Sort();
        return (drops[(int)(0.025 * (drops.Count - 1))], drops[(int)Math.Ceiling(0.975 * (drops.Count - 1))]);
    }
}
