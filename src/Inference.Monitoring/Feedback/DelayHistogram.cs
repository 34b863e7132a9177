using System.Numerics;

namespace Inference.Monitoring.Feedback;

/// <summary>Durations, counted in 8 bins an octave from 1 µs: a quantile is at most 12.5 % too long. Mergeable, of fixed size. Not thread-safe.</summary>
internal sealed class DelayHistogram
{
    private const int BinsOfOctave = 8;
    private readonly long[] _counts = new long[64 * BinsOfOctave];

    public long Count { get; private set; }

    /// <summary>Adds a duration; a negative one counts as 0.</summary>
    public void Add(TimeSpan duration)
    {
        _counts[Bin(duration)]++;
        Count++;
    }

    /// <summary>Adds what another one counted.</summary>
    public void Merge(DelayHistogram other)
    {
        for (int i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }

        Count += other.Count;
    }

    /// <summary>The end of the bin that holds the duration of rank ⌈q · n⌉; null without durations.</summary>
    /// <param name="q">0 to 1.</param>
    public TimeSpan? Quantile(double q)
    {
        long left = Math.Max((long)Math.Ceiling(q * Count), 1);
        for (int i = 0; i < _counts.Length; i++)
        {
            left -= _counts[i];
            if (left <= 0)
            {
                return End(i);
            }
        }

        return null;
    }

    // Below 8 µs a bin is one microsecond; above, the three bits after the first one.
    private static int Bin(TimeSpan duration)
    {
        ulong micros = (ulong)Math.Max(duration.Ticks / TimeSpan.TicksPerMicrosecond, 0);
        if (micros < BinsOfOctave)
        {
            return (int)micros;
        }

        int octave = BitOperations.Log2(micros);
        return ((octave - 2) * BinsOfOctave) + (int)((micros >> (octave - 3)) & (BinsOfOctave - 1));
    }

    private static TimeSpan End(int bin)
    {
        if (bin < BinsOfOctave)
        {
            return TimeSpan.FromMicroseconds(bin);
        }

        int octave = (bin / BinsOfOctave) + 2;
        double end = Math.ScaleB(1 + ((bin % BinsOfOctave) + 1) / (double)BinsOfOctave, octave);
        return end >= TimeSpan.MaxValue.TotalMicroseconds ? TimeSpan.MaxValue : TimeSpan.FromMicroseconds(end);
    }
}
