using System.Globalization;
using Inference.Evaluation.Numerics;

namespace Inference.Evaluation.Verdicts;

/// <summary>Chooses rows by a seed so that each stratum keeps its share: the same rows whatever the order they come in. Not thread-safe.</summary>
/// <remarks>Of each stratum those with the least hash of (seed, row) are taken; sizes are proportional, rounded by largest remainder, at least one a stratum where the sample has room.</remarks>
public sealed class StratifiedSampler
{
    private const int MostValues = 20;
    private const int Bins = 10;

    private readonly SortedDictionary<string, List<(ulong Hash, long Row)>> _strata = new(StringComparer.Ordinal);
    private readonly ulong _seed;
    private long _rows;

    /// <summary>Makes a sampler without rows.</summary>
    /// <param name="seed">Decides which rows are taken.</param>
    public StratifiedSampler(int seed) => _seed = SeededHash.Of((uint)seed, 0);

    /// <summary>Adds a row.</summary>
    /// <param name="row">Its number, each once.</param>
    /// <param name="stratum">What it is like: its label, its slice, or both joined.</param>
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

    /// <summary>The chosen rows, ascending.</summary>
    /// <param name="count">How many, ≥ 0; all rows where there are no more.</param>
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

    /// <summary>A stratum for each label: its value where there are at most 20 different ones, else its tenth.</summary>
    public static string[] StrataOf(ReadOnlySpan<double> labels)
    {
        double[] sorted = labels.ToArray();
        Array.Sort(sorted);
        var firsts = new Dictionary<double, int>();
        for (int i = 0; i < sorted.Length; i++)
        {
            firsts.TryAdd(sorted[i], i);
        }

        // Equal labels share a tenth: that of the first of them.
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

        // What rounding left goes where the share lies farthest above the size; what the least sizes took too much comes from where it lies farthest below.
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
