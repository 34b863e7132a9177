using System.Globalization;
using Inference.Monitoring.Cells;

namespace Inference.Monitoring.Profiles;

/// <summary>Learns the cells of one column from values of the reference.</summary>
internal static class ColumnLearner
{
    // Integers of no more distinct values than one in eight rows are codes rather than measurements; with fewer rows for each, shares of values are not estimated.
    private const int MinRowsPerCategory = 8;

    // Beyond, the keys of the values seen would make a profile larger than its counts.
    private const int MaxKeys = 4096;

    // A new value is expected among so many rows or fewer: what is unseen says nothing.
    private const int MinRowsPerSingleton = 200;

    // Where most values are rare, the most frequent of those with fewer rows are so by chance, and will be rarer in rows to come.
    private const int MinRowsOfOpenCategory = 16;
    private const int FewValues = 16;

    /// <summary>The bounds of a score's bins.</summary>
    public static double[] ScoreEdges { get; } = [.. Enumerable.Range(0, CellLayout.ScoreBins + 1).Select(static i => (double)i / CellLayout.ScoreBins)];

    /// <summary>Learns a column of numbers.</summary>
    /// <param name="draft">Name, side, tensor and derivation.</param>
    /// <param name="values">One value of each row; sorted by this method.</param>
    /// <param name="kind">The kind; null to infer it.</param>
    /// <exception cref="MonitoringException">The values do not suit the kind.</exception>
    public static (ColumnDefinition Definition, ColumnFacts Facts) OfNumbers(ColumnDefinition draft, Span<double> values, ColumnKind? kind)
    {
        if (draft.IsSingle)
        {
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = (float)values[i];
            }
        }

        // NaN sorts first, then −∞; the finite values are between.
        values.Sort();
        int first = 0, end = values.Length;
        while (first < end && !double.IsFinite(values[first]))
        {
            first++;
        }

        while (end > first && !double.IsFinite(values[end - 1]))
        {
            end--;
        }

        ReadOnlySpan<double> finite = values[first..end];
        ColumnFacts facts = FactsOf(finite, values.Length);
        ColumnKind chosen = kind ?? Infer(draft, facts, finite.Length == values.Length, values.Length);
        if (chosen == ColumnKind.Categorical)
        {
            if (!facts.IsIntegerValued && finite.Length > 0)
            {
                throw new MonitoringException($"Column '{draft.Name}': expected integers, because the column is stated to be categorical, got other numbers. State another kind.");
            }

            return OfIntegers(draft, [.. finite.ToArray().Select(static v => (long)v)], facts, values.Length);
        }

        double[] edges = chosen == ColumnKind.Score ? ScoreEdges : BinLearner.EdgesOf(finite, draft.IsSingle, facts.IsIntegerValued);
        (double center, double scale) = UnitOf(finite);
        return (draft with
        {
            Layout = CellLayout.OfBins(chosen, edges.Length - 1),
            Edges = edges,
            Center = chosen == ColumnKind.Score ? 0.5 : center,
            Scale = chosen == ColumnKind.Score ? FixedPoint.Deviation : scale,
        }, facts);
    }

    /// <summary>Learns a column of 64-bit integers, of which doubles hold those up to 2⁵³.</summary>
    /// <param name="draft">Name, side, tensor and derivation.</param>
    /// <param name="values">One value of each row; sorted by this method.</param>
    /// <param name="kind">The kind; null to infer it.</param>
    /// <exception cref="MonitoringException">The values do not suit the kind.</exception>
    public static (ColumnDefinition Definition, ColumnFacts Facts) OfLongs(ColumnDefinition draft, Span<long> values, ColumnKind? kind)
    {
        values.Sort();
        long distinct = 0, singletons = 0;
        for (int i = 0; i < values.Length;)
        {
            int end = i + 1;
            while (end < values.Length && values[end] == values[i])
            {
                end++;
            }

            distinct++;
            singletons += end - i == 1 ? 1 : 0;
            i = end;
        }

        var facts = new ColumnFacts
        {
            Minimum = values.IsEmpty ? double.NaN : values[0],
            Maximum = values.IsEmpty ? double.NaN : values[^1],
            Distinct = distinct,
            Singletons = singletons,
            IsIntegerValued = !values.IsEmpty,
        };
        ColumnKind chosen = kind ?? Infer(draft, facts, complete: true, values.Length);
        if (chosen == ColumnKind.Categorical)
        {
            return OfIntegers(draft, values, facts, values.Length);
        }

        (ColumnDefinition column, ColumnFacts known) = OfNumbers(draft, Array.ConvertAll(values.ToArray(), static v => (double)v), chosen);
        return (column, known with { Distinct = distinct, Singletons = singletons });
    }

    /// <summary>Learns a column of strings.</summary>
    /// <param name="draft">Name, side, tensor and derivation.</param>
    /// <param name="counts">How often each value occurs, without empty strings.</param>
    /// <param name="rows">The number of rows.</param>
    public static (ColumnDefinition Definition, ColumnFacts Facts) OfStrings(ColumnDefinition draft, CategoryCounts counts, int rows)
    {
        var facts = new ColumnFacts { Distinct = counts.Distinct, Singletons = counts.Singletons };
        return (Categories(draft, counts.Descending(), facts, counts.IsComplete, rows), facts);
    }

    private static (ColumnDefinition Definition, ColumnFacts Facts) OfIntegers(ColumnDefinition draft, ReadOnlySpan<long> sorted, ColumnFacts facts, int rows)
    {
        bool isBool = draft.ElementType == ElementType.Bool;
        var counts = new Dictionary<long, int>();
        if (isBool)
        {
            counts[0] = counts[1] = 0;
        }

        foreach (long value in sorted)
        {
            counts[value] = counts.GetValueOrDefault(value) + 1;
        }

        List<(string, ulong, int)> ordered =
        [
            .. counts.OrderByDescending(static c => c.Value).ThenBy(static c => c.Key)
                .Select(c => (isBool ? (c.Key == 0 ? "false" : "true") : c.Key.ToString(CultureInfo.InvariantCulture), CategoryKey.Of(c.Key), c.Value)),
        ];
        return (Categories(draft, ordered, facts, complete: true, rows), facts);
    }

    private static ColumnDefinition Categories(ColumnDefinition draft, List<(string Text, ulong Key, int Count)> ordered, ColumnFacts facts, bool complete, int rows)
    {
        bool open = !complete || facts.Distinct > MaxKeys || facts.Singletons > rows / MinRowsPerSingleton;
        (string Text, ulong Key, int Count)[] own = [.. ordered.Take(CellLayout.MaxCategories).TakeWhile(o => !open || facts.Distinct <= FewValues || o.Count >= MinRowsOfOpenCategory)];
        ulong[] others = open ? [] : [.. ordered.Skip(own.Length).Select(static o => o.Key)];
        Array.Sort(others);
        return draft with
        {
            Layout = CellLayout.OfCategories(own.Length),
            Categories = Array.ConvertAll(own, static o => o.Text),
            Keys = Array.ConvertAll(own, static o => o.Key),
            OtherKeys = others,
            SingleKeys = open ? [] : [.. ordered.Skip(own.Length).Where(static o => o.Count == 1).Select(static o => o.Key)],
            IsOpen = open && draft.ElementType != ElementType.Bool,
        };
    }

    private static ColumnKind Infer(ColumnDefinition draft, ColumnFacts facts, bool complete, int rows)
    {
        bool own = draft.Derivation == ColumnDerivation.Element;
        if (own && (draft.ElementType == ElementType.Bool || (ElementReader.IsInteger(draft.ElementType) && facts.IsIntegerValued
            && facts.Distinct <= Math.Min(CellLayout.MaxCategories, rows / MinRowsPerCategory))))
        {
            return ColumnKind.Categorical;
        }

        // Answers of 0 and 1 alone are classes that are stored as floats.
        bool score = draft.Side == ColumnSide.Output && draft.Derivation is ColumnDerivation.Element or ColumnDerivation.Top && !ElementReader.IsInteger(draft.ElementType) && complete && facts.Minimum >= 0 && facts.Maximum <= 1 && !facts.IsIntegerValued;
        return score ? ColumnKind.Score : ColumnKind.Numeric;
    }

    private static ColumnFacts FactsOf(ReadOnlySpan<double> sorted, int rows)
    {
        long distinct = 0, singletons = 0;
        bool integers = true;
        for (int i = 0; i < sorted.Length;)
        {
            int end = i + 1;
            while (end < sorted.Length && sorted[end] == sorted[i])
            {
                end++;
            }

            distinct++;
            singletons += end - i == 1 ? 1 : 0;
            integers &= Math.Floor(sorted[i]) == sorted[i] && Math.Abs(sorted[i]) < 1L << 62;
            i = end;
        }

        return new ColumnFacts
        {
            Minimum = sorted.IsEmpty ? double.NaN : sorted[0],
            Maximum = sorted.IsEmpty ? double.NaN : sorted[^1],
            Distinct = distinct,
            Singletons = singletons,
            IsIntegerValued = integers && !sorted.IsEmpty,
        };
    }

    /// <summary>The median, and the scale of the fixed-point sums. The deviation is taken from quantiles, which absurd values do not move.</summary>
    private static (double Center, double Scale) UnitOf(ReadOnlySpan<double> sorted)
    {
        if (sorted.IsEmpty)
        {
            return (0, 1);
        }

        double center = sorted[sorted.Length / 2];

        // Of a normal distribution: the quartiles are 1.349 deviations apart, the outer percentiles 4.65.
        double deviation = (At(sorted, 0.75) - At(sorted, 0.25)) / 1.349;
        deviation = deviation > 0 ? deviation : (At(sorted, 0.99) - At(sorted, 0.01)) / 4.65;
        deviation = deviation > 0 ? deviation : (sorted[^1] - sorted[0]) / 4.65;
        return (center, FixedPoint.ScaleOf(double.IsFinite(deviation) ? deviation : double.MaxValue, center));
    }

    private static double At(ReadOnlySpan<double> sorted, double share) => sorted[(int)(share * (sorted.Length - 1))];
}
