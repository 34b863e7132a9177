namespace Inference.Benchmarks.Monitoring;

/// <summary>Faults planted in rows of the census: ages, years of education, capital gain and loss, hours a week; work class, education, marital state, occupation, relationship, race, sex, country.</summary>
internal static class PlantedFaults
{
    /// <summary>Each fault with the columns of which one must be named, and the changed rows.</summary>
    public static IEnumerable<(string Name, string[] Columns, TableRows Rows)> Of(TableRows rows, int seed)
    {
        var random = new Random(seed);
        int[] shuffled = [.. Enumerable.Range(0, rows.Rows)];
        random.Shuffle(shuffled);
        double[] uniform = [.. Enumerable.Range(0, rows.Rows).Select(_ => random.NextDouble())];
        float[] ages = [.. Enumerable.Range(0, rows.Rows).Select(i => rows.Numeric[i * rows.Numbers])];
        yield return ("unit: age in months", ["numeric[0]"], rows.With(0, static (x, _) => x * 12));
        yield return ("unit: hours a week in minutes", ["numeric[4]"], rows.With(4, static (x, _) => x * 60));
        yield return ("stuck: hours a week at 40", ["numeric[4]"], rows.With(4, static (_, _) => 40));
        yield return ("swap: age and hours", ["numeric[0]", "numeric[4]"], rows.With(0, (_, i) => rows.Numeric[(i * rows.Numbers) + 4]).With(4, (_, i) => ages[i]));
        yield return ("NaN: 1 % of ages", ["numeric[0]"], rows.With(0, (x, i) => uniform[i] < 0.01 ? float.NaN : x));
        yield return ("infinite: 0.5 % of gains", ["numeric[2]"], rows.With(2, (x, i) => uniform[i] < 0.005 ? float.PositiveInfinity : x));
        yield return ("unseen: 1 % of occupations", ["categorical[3]"], rows.WithCategory(3, (x, i) => uniform[i] < 0.01 ? 77 : x));
        yield return ("shift: age + 3 years", ["numeric[0]"], rows.With(0, static (x, _) => x + 3));
        yield return ("share: a fifth of one sex coded as the other", ["categorical[6]"], rows.WithCategory(6, (x, i) => x == 1 && uniform[i] < 0.2 ? 0 : x));
        yield return ("subgroup: hours + 8 for women", ["numeric[4]"], rows.With(4, (x, i) => rows.Categorical[(i * rows.Categories) + 6] == 0 ? x + 8 : x));
        yield return ("correlation: years of education shuffled", ["numeric[1]", "categorical[1]"], rows.With(1, (_, i) => rows.Numeric[(shuffled[i] * rows.Numbers) + 1]));
        yield return ("correlation: age shuffled", ["numeric[0]"], rows.With(0, (_, i) => ages[shuffled[i]]));
        yield return ("correlation: relationship shuffled", ["categorical[4]", "categorical[2]"], rows.WithCategory(4, (_, i) => rows.Categorical[(shuffled[i] * rows.Categories) + 4]));
        yield return ("duplicates: every row twice", ["rows"], rows.Take([.. Enumerable.Range(0, rows.Rows).Select(static i => i / 2)]));
        yield return ("duplicates: 30 % repeat the row before", ["rows"], rows.Take(Repeat(uniform)));
        yield return ("gradual: age + 10 years over all rows", ["numeric[0]"], rows.With(0, (x, i) => x + (10f * i / rows.Rows)));
    }

    private static int[] Repeat(double[] uniform)
    {
        var order = new int[uniform.Length];
        for (int i = 1; i < order.Length; i++)
        {
            order[i] = uniform[i] < 0.3 ? order[i - 1] : i;
        }

        return order;
    }
}
