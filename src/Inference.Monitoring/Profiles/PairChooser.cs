using Inference.Monitoring.Cells;

namespace Inference.Monitoring.Profiles;

/// <summary>Chooses pairs of columns that depend on each other, so that a change of their dependence is found that neither column shows.</summary>
internal static class PairChooser
{
    // A table of 25 cells from so many rows shows any dependence that matters; more take longer and show no more.
    private const int SampledRows = 4_096;

    // Fewer rows say nothing of 25 cells.
    private const int MinRows = 200;

    // Twice the rows times the mutual information is distributed as χ² with at most 16 degrees of freedom if columns are independent, and exceeds 80 once in 10¹⁰ times.
    private const double MinEvidence = 80;

    // 128 columns have 8,128 pairs: a second of counting.
    private const int MaxCandidates = 128;

    // 1.2 ns a pair and row, of the 150 ns of a row of 64 columns.
    private const int MaxPairs = 32;

    // All pairs of 25 columns: some 360 ns of a row.
    private const int MaxAllPairs = 300;

    /// <summary>Gives the columns of pairs their groups, and adds the pairs.</summary>
    /// <param name="columns">The columns, to which the pairs are added.</param>
    /// <param name="facts">Their facts.</param>
    /// <param name="rows">Reference rows.</param>
    /// <param name="total">The number of these rows.</param>
    /// <param name="all">Whether pairs without a dependence are added too.</param>
    public static void AddPairs(List<ColumnDefinition> columns, List<ColumnFacts> facts, IReadOnlyList<ReferenceRows> rows, int total, bool all)
    {
        if (total < MinRows)
        {
            return;
        }

        int[] candidates = [.. Enumerable.Range(0, columns.Count).Where(i => columns[i].Derivation == ColumnDerivation.Element && !columns[i].IsOpen && facts[i].Distinct > 1).Take(MaxCandidates)];
        var groups = new byte[candidates.Length][];
        var maps = new byte[candidates.Length][];
        for (int i = 0; i < candidates.Length; i++)
        {
            ushort[] cells = CellsOf(columns[candidates[i]], rows, total);
            var counts = new int[columns[candidates[i]].Layout.Count];
            foreach (ushort cell in cells)
            {
                counts[cell]++;
            }

            byte[] map = PairGroups.Of(columns[candidates[i]].Layout, counts);
            maps[i] = map;
            groups[i] = Array.ConvertAll(cells, c => map[c]);
        }

        foreach ((int first, int second) in Choose(groups, all))
        {
            (int a, int b) = (candidates[first], candidates[second]);
            columns[a] = columns[a] with { Groups = maps[first] };
            columns[b] = columns[b] with { Groups = maps[second] };
            columns.Add(new ColumnDefinition
            {
                Name = $"{columns[a].Name} × {columns[b].Name}",
                Side = columns[a].Side == ColumnSide.Output && columns[b].Side == ColumnSide.Output ? ColumnSide.Output : ColumnSide.Input,
                Tensor = "",
                ElementType = ElementType.Int64,
                Derivation = ColumnDerivation.Pair,
                Index = a,
                Second = b,
                Layout = PairGroups.Layout,
                Categories = PairGroups.Names,
                Keys = PairGroups.Keys,
            });
            facts.Add(new ColumnFacts { Distinct = PairGroups.Keys.Length });
        }
    }

    // The groups of two columns say the same if their mutual information is this share of the greater entropy.
    private const double CopyShare = 0.95;

    // The strongest first: pairs that bring in a column, until each that depends on another is in one. A column that is only paired with a copy of it is paired with what else it depends on most: of two changed copies, the pair with each other shows nothing.
    private static List<(int First, int Second)> Choose(byte[][] groups, bool all)
    {
        var found = new List<(double Evidence, int First, int Second)>();
        for (int i = 0; i < groups.Length; i++)
        {
            for (int j = i + 1; j < groups.Length; j++)
            {
                double evidence = Evidence(groups[i], groups[j]);
                if (all || evidence > MinEvidence)
                {
                    found.Add((evidence, i, j));
                }
            }
        }

        int most = all ? MaxAllPairs : MaxPairs;
        var used = new HashSet<int>();
        var copies = new HashSet<int>();
        var partners = new int[groups.Length];
        var chosen = new List<(int, int)>();
        (double Evidence, int First, int Second)[] ordered = [.. found.OrderByDescending(static f => f.Evidence).ThenBy(static f => f.First).ThenBy(static f => f.Second)];
        double[] entropies = Array.ConvertAll(groups, static g => Evidence(g, g));
        foreach ((double evidence, int first, int second) in ordered)
        {
            bool copy = evidence >= CopyShare * Math.Max(entropies[first], entropies[second]);
            if (copy)
            {
                copies.Add(second);
            }

            if (chosen.Count < most && (!used.Contains(first) || !used.Contains(second)))
            {
                chosen.Add((first, second));
                used.Add(first);
                used.Add(second);
                partners[first] += copy ? 0 : 1;
                partners[second] += copy ? 0 : 1;
            }
        }

        foreach ((_, int first, int second) in ordered)
        {
            if (chosen.Count < most && !copies.Contains(first) && !copies.Contains(second) && (all || partners[first] == 0 || partners[second] == 0) && !chosen.Contains((first, second)))
            {
                chosen.Add((first, second));
                partners[first]++;
                partners[second]++;
            }
        }

        return chosen;
    }

    /// <summary>2n · mutual information, in nats: the G statistic of independence.</summary>
    private static double Evidence(byte[] first, byte[] second)
    {
        Span<int> joint = stackalloc int[PairGroups.Count * PairGroups.Count];
        Span<int> rows = stackalloc int[PairGroups.Count];
        Span<int> columns = stackalloc int[PairGroups.Count];
        joint.Clear();
        rows.Clear();
        columns.Clear();
        for (int i = 0; i < first.Length; i++)
        {
            joint[PairGroups.CellOf(first[i], second[i])]++;
            rows[first[i]]++;
            columns[second[i]]++;
        }

        double sum = 0;
        for (int i = 0; i < joint.Length; i++)
        {
            double expected = (double)rows[i / PairGroups.Count] * columns[i % PairGroups.Count] / first.Length;
            sum += joint[i] > 0 ? joint[i] * Math.Log(joint[i] / expected) : 0;
        }

        return 2 * sum;
    }

    // The cells of rows that are spread evenly over the reference.
    private static ushort[] CellsOf(ColumnDefinition column, IReadOnlyList<ReferenceRows> rows, int total)
    {
        var encoder = new ColumnEncoder(column);
        int step = Math.Max(total / SampledRows, 1);
        var cells = new ushort[(total + step - 1) / step];
        int at = 0, row = 0;
        int cell = 0;
        foreach (ReferenceRows batch in rows)
        {
            TensorValue? tensor = batch.Find(column.Side, column.Tensor);
            for (int r = 0; r < batch.Rows; r++, row++)
            {
                if (row % step != 0)
                {
                    continue;
                }

                int element = (r * column.Width) + column.Index;
                if (tensor is null)
                {
                    cells[at++] = (ushort)column.Layout.Missing;
                }
                else
                {
                    encoder.CellsOf(tensor, element, 1, new Span<int>(ref cell));
                    cells[at++] = (ushort)cell;
                }
            }
        }

        return cells;
    }
}
