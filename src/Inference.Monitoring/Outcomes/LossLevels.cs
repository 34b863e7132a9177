using Inference.Evaluation.Sequential;
using Inference.Monitoring.Records;

namespace Inference.Monitoring.Outcomes;

/// <summary>Losses of both arms in one stage, as counts of levels. A loss that was added can be taken back. Not thread-safe.</summary>
internal sealed class LossLevels
{
    /// <summary>Levels between 0 and 1: rounding to them adds a variance of at most 1/32 of the mean.</summary>
    public const int Count = 32;

    private readonly long[][] _counts = [new long[Count + 1], new long[Count + 1]];
    private readonly double[] _sums = new double[2];

    public long TotalOf(int arm) => _counts[arm].Sum();

    public double SumOf(int arm) => _sums[arm];

    /// <summary>Whether all losses are 0 or 1.</summary>
    public bool IsBinary => _counts.All(static c => c.AsSpan(1, Count - 1).IndexOfAnyExcept(0) < 0);

    /// <summary>The level of a loss: one of its neighbours, so that the mean is preserved; the same whenever it is asked for.</summary>
    /// <param name="loss">The loss, 0 to 1.</param>
    /// <param name="uniform">A number in [0, 1) that depends on the prediction alone.</param>
    public static int LevelOf(double loss, double uniform) => Math.Min((int)((loss * Count) + uniform), Count);

    public void Add(int arm, int level, double loss, int sign = 1)
    {
        _counts[arm][level] += sign;
        _sums[arm] += sign * loss;
    }

    public void Merge(LossLevels other)
    {
        for (int arm = 0; arm < 2; arm++)
        {
            for (int level = 0; level <= Count; level++)
            {
                _counts[arm][level] += other._counts[arm][level];
            }

            _sums[arm] += other._sums[arm];
        }
    }

    public void Write(RecordWriter writer)
    {
        for (int arm = 0; arm < 2; arm++)
        {
            foreach (long count in _counts[arm])
            {
                writer.Number(count);
            }

            writer.Double(_sums[arm]);
        }
    }

    public static LossLevels Read(ref RecordReader reader)
    {
        var levels = new LossLevels();
        for (int arm = 0; arm < 2; arm++)
        {
            foreach (ref long count in levels._counts[arm].AsSpan())
            {
                count = reader.Number();
            }

            levels._sums[arm] = reader.Double();
        }

        return levels;
    }

    public ArmCounts ToCounts(StageKey stage, bool isBinary)
    {
        var counts = new ArmCounts(stage, isBinary ? 1 : Count);
        Copy(_counts[0], counts.Control, isBinary);
        Copy(_counts[1], counts.Treatment, isBinary);
        return counts;
    }

    private static void Copy(long[] from, OutcomeCounts to, bool isBinary)
    {
        if (isBinary)
        {
            to.Add(from[0] + from[Count], from[Count]);
            return;
        }

        for (int level = 0; level <= Count; level++)
        {
            to.AddLevel(level, from[level]);
        }
    }
}
