using System.Globalization;
using Inference.Evaluation.Numerics;

namespace Inference.Evaluation.Verdicts;

/// <summary>Samples rows by a seed so that each stratum keeps its share; the selection does not depend on the order of the rows. Not thread-safe.</summary>
/// <remarks>Of each stratum the rows with the lowest hash of (seed, row) are taken; sizes are proportional, rounded by largest remainder, with at least one row per stratum if the sample has room.</remarks>
public sealed class StratifiedSampler
{
    // Up to so many different labels are classes, a stratum each; more are numbers, cut into tenths.
    private const int MostValues = 20;
    private const int Bins = 10;

    private readonly SortedDictionary<string, List<(ulong Hash, long Row)>> _strata = new(StringComparer.Ordinal);
    private readonly ulong _seed;
    private long _rows;

    /// <summary>Initializes a sampler without rows.</summary>
    /// <param name="seed">The seed of the selection.</param>
    public StratifiedSampler(int seed) => _seed = SeededHash.Of((uint)seed, 0);

    /// <summary>Adds a row.</summary>
    /// <param name="row">The row's number, each once.</param>
    /// <param name="stratum">The row's stratum: its label, its slice, or both joined.</param>
    public void Add(long row, string stratum)
    {
        ArgumentNullException.ThrowIfNull(stratum);
        if (!_strata.TryGetValue(stratum, out List<(ulong, long)>? rows))
        {
            _strata[stratum] = rows = [];
        }

        rows.Add((SeededHash.Of(_seed, (ulong)row), row));
        _rows++;
    }

    /// <summary>Returns the selected rows, ascending.</summary>
    /// <param name="count">The number of rows, ≥ 0; all rows if there are no more.</param>
    public long[] Take(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count >= _rows)
        {
            return [.. _strata.Values.SelectMany(static s => s.Select(static r => r.Row)).Order()];
        }

        List<(ulong Hash, long Row)>[] strata = [.. _strata.Values];
        int[] sizes = Sizes(strata, count);
        var chosen = new List<long>(count);
        for (int i = 0; i < strata.Length; i++)
        {
            chosen.AddRange(strata[i].Order().Take(sizes[i]).Select(static r => r.Row));
        }

        chosen.Sort();
        return [.. chosen];
    }

    /// <summary>Assigns a stratum to each label: its value if there are at most 20 distinct ones, otherwise its decile.</summary>
    public static string[] GetStrata(ReadOnlySpan<double> labels)
    {
        double[] sorted = labels.ToArray();
        Array.Sort(sorted);
        var firsts = new Dictionary<double, int>();
        for (int i = 0; i < sorted.Length; i++)
        {
            firsts.TryAdd(sorted[i], i);
        }

        // Equal labels share a decile: that of the first of them.
        var strata = new string[labels.Length];
        for (int i = 0; i < strata.Length; i++)
        {
            double stratum = firsts.Count <= MostValues ? labels[i] : (long)firsts[labels[i]] * Bins / sorted.Length;
            strata[i] = stratum.ToString("R", CultureInfo.InvariantCulture);
        }

        return strata;
    }

    private int[] Sizes(List<(ulong Hash, long Row)>[] strata, int count)
    {
        var sizes = new int[strata.Length];
        int least = count >= strata.Length ? 1 : 0, left = count;
        for (int i = 0; i < strata.Length; i++)
        {
            sizes[i] = Math.Max(least, (int)((long)count * strata[i].Count / _rows));
            left -= sizes[i];
        }

        // The remaining rows go to the strata whose share exceeds their size the most; rows that the minimum sizes took in excess come from those whose share exceeds their size the least.
        while (left != 0)
        {
            int step = Math.Sign(left);
            int best = -1;
            for (int i = 0; i < strata.Length; i++)
            {
                bool room = step > 0 ? sizes[i] < strata[i].Count : sizes[i] > least;
                if (room && (best < 0 || step * (Ideal(i) - sizes[i]) > step * (Ideal(best) - sizes[best])))
                {
                    best = i;
                }
            }

            sizes[best] += step;
            left -= step;
        }

        return sizes;

        double Ideal(int i) => (double)count * strata[i].Count / _rows;
    }
}
