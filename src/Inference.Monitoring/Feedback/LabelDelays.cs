using System.Numerics;

namespace Inference.Monitoring.Feedback;

/// <summary>
/// How long labels take, by the age of their predictions. Of young predictions only the fast labels have arrived: a quantile is that of predictions at least twice as old as it is. Mergeable if ages are of the same moment; of
/// fixed size. Not thread-safe.
/// </summary>
internal sealed class LabelDelays
{
    // Fewer tell nothing of the slowest 5 %.
    private const int FewestLabels = 50;

    // Class a holds ages of 2ᵃ to 2ᵃ⁺¹ µs.
    private readonly DelayHistogram?[] _ages = new DelayHistogram?[64];

    /// <summary>Adds a label.</summary>
    /// <param name="age">The age of the prediction.</param>
    /// <param name="delay">From the prediction to the label.</param>
    public void Add(TimeSpan age, TimeSpan delay) => (_ages[Class(age)] ??= new DelayHistogram()).Add(delay);

    /// <summary>Adds what another one counted.</summary>
    public void Merge(LabelDelays other)
    {
        for (int a = 0; a < _ages.Length; a++)
        {
            if (other._ages[a] is { } counts)
            {
                (_ages[a] ??= new DelayHistogram()).Merge(counts);
            }
        }
    }

    /// <summary>The median and the 95 % quantile; null while too few predictions are old enough.</summary>
    public (TimeSpan P50, TimeSpan P95)? Quantiles()
    {
        int from = 0;
        while (true)
        {
            DelayHistogram counted = From(from);
            if (counted.Count < FewestLabels || counted.Quantile(0.95) is not { } p95)
            {
                return null;
            }

            int needed = Class(2 * p95) + (p95 > TimeSpan.Zero ? 1 : 0);
            if (from >= needed)
            {
                return (counted.Quantile(0.5)!.Value, p95);
            }

            from = needed;
        }
    }

    private DelayHistogram From(int first)
    {
        var sum = new DelayHistogram();
        for (int a = first; a < _ages.Length; a++)
        {
            if (_ages[a] is { } counts)
            {
                sum.Merge(counts);
            }
        }

        return sum;
    }

    private static int Class(TimeSpan age) => BitOperations.Log2((ulong)Math.Max(age.Ticks / TimeSpan.TicksPerMicrosecond, 1));
}
