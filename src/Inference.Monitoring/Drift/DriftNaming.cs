using Inference.Monitoring.Statistics;

namespace Inference.Monitoring.Drift;

/// <summary>Says of columns with evidence what changed, and of pairs which column did.</summary>
internal static class DriftNaming
{
    // Of the changed rows, and of the reference's: one cell holds nearly all of them now, and did not.
    private const double StuckShare = 0.995;
    private const double FreeShare = 0.9;

    // 150 to one: with less, both columns of a pair are named rather than the wrong one.
    private const double Clear = 5;

    /// <summary>Names columns.</summary>
    /// <param name="columns">The watched columns.</param>
    /// <param name="detectors">Their detectors.</param>
    /// <param name="named">The columns and pairs with evidence, the greatest first.</param>
    /// <param name="known">The columns that are in alarm already: they explain pairs.</param>
    /// <param name="bucket">The number of the bucket.</param>
    public static List<DriftAlarm> Name(IReadOnlyList<WatchedColumn> columns, IReadOnlyList<ColumnDetector> detectors, IReadOnlyList<int> named, IEnumerable<int> known, long bucket)
    {
        List<DriftAlarm> alarms = [];
        foreach (int i in named)
        {
            if (!columns[i].IsJoint)
            {
                alarms.Add(new DriftAlarm(i, RuleOf(columns[i], detectors[i]), bucket, Math.Log(detectors[i].Value), detectors[i].RecentEffect(), detectors[i].RecentSize()));
            }
        }

        int[] single = [.. alarms.Select(static a => a.Column), .. known];
        int[] joint = [.. named.Where(i => columns[i].IsJoint)];
        foreach ((int column, int pair) in Blame(columns, joint, single, i => Math.Log(detectors[i].Value)))
        {
            alarms.Add(new DriftAlarm(column, DriftRules.Joint, bucket, Math.Log(detectors[pair].Value), detectors[pair].RecentEffect(), detectors[pair].RecentSize(), pair));
        }

        return alarms;
    }

    /// <summary>The columns that explain changed pairs, residuals and parities: one with a column that changed by itself is explained by it. Pairs come first: of them the column of most pairs is blamed first; of a pair that shares no column with another, the column for which its own cells
    /// and its other pairs show more, or both. What pairs do not explain is held against the columns with most weight.</summary>
    /// <param name="columns">The watched columns.</param>
    /// <param name="joint">The changed pairs, residuals and parities, those with most evidence first.</param>
    /// <param name="changed">The columns that changed by themselves.</param>
    /// <param name="evidence">ln of the evidence of each column and pair.</param>
    public static IEnumerable<(int Column, int Pair)> Blame(IReadOnlyList<WatchedColumn> columns, IReadOnlyList<int> joint, IReadOnlyCollection<int> changed, Func<int, double> evidence)
    {
        var known = new HashSet<int>(changed);
        foreach ((int Column, int Pair) blamed in BlamePairs(columns, [.. joint.Where(i => columns[i].IsPair && !IsExplained(columns[i], known.Contains))], evidence))
        {
            known.Add(blamed.Column);
            yield return blamed;
        }

        List<int> open = [.. joint.Where(i => !columns[i].IsPair && !IsExplained(columns[i], known.Contains))];
        while (open.Count > 0)
        {
            (int column, int count) = open.SelectMany(i => columns[i].Blamed.ToArray()).GroupBy(static c => c).Select(static g => (g.Key, g.Count())).MaxBy(static g => g.Item2);
            int item = count == 1 ? open[0] : open.First(i => columns[i].Blamed.Contains(column));
            foreach (int blamed in count == 1 ? Clearest(columns, item, evidence) : [column])
            {
                known.Add(blamed);
                yield return (blamed, item);
            }

            open.RemoveAll(i => IsExplained(columns[i], known.Contains));
        }
    }

    // Of the columns with most weight, the one that the other pairs and residuals with it show more for; all of them if none does clearly.
    private static int[] Clearest(IReadOnlyList<WatchedColumn> columns, int item, Func<int, double> evidence)
    {
        int[] blamed = columns[item].Blamed.ToArray();
        (double Support, int Column)[] order = [.. blamed.Select(c => (Support(columns, c, item, evidence), c)).OrderByDescending(static c => c.Item1)];
        return order.Length > 1 && order[0].Support - order[1].Support >= Clear ? [order[0].Column] : blamed;
    }

    /// <summary>Whether a column of a pair, residual or parity changed.</summary>
    public static bool IsExplained(WatchedColumn joint, Func<int, bool> changed) => joint.IsPair ? changed(joint.First) || changed(joint.Second) : Array.Exists(joint.Members, m => changed(m));

    private static IEnumerable<(int Column, int Pair)> BlamePairs(IReadOnlyList<WatchedColumn> columns, List<int> open, Func<int, double> evidence)
    {
        while (open.Count > 0)
        {
            (int column, int count) = open.SelectMany(p => (int[])[columns[p].First, columns[p].Second]).GroupBy(static c => c).Select(static g => (g.Key, g.Count())).MaxBy(static g => g.Item2);
            if (count == 1)
            {
                int pair = open[0], first = columns[pair].First, second = columns[pair].Second;
                double difference = Support(columns, first, pair, evidence) - Support(columns, second, pair, evidence);
                yield return (difference >= 0 ? first : second, pair);
                if (Math.Abs(difference) < Clear)
                {
                    yield return (difference >= 0 ? second : first, pair);
                }

                open.RemoveAt(0);
                continue;
            }

            yield return (column, open.First(p => columns[p].First == column || columns[p].Second == column));
            open.RemoveAll(p => columns[p].First == column || columns[p].Second == column);
        }
    }

    private static double Support(IReadOnlyList<WatchedColumn> columns, int column, int except, Func<int, double> evidence)
    {
        double most = evidence(column);
        for (int i = 0; i < columns.Count; i++)
        {
            most = i != except && (columns[i].First == column || columns[i].Second == column || columns[i].Blamed.Contains(column)) ? Math.Max(most, evidence(i)) : most;
        }

        return most;
    }

    /// <summary>What changed in a column.</summary>
    public static string RuleOf(WatchedColumn column, ColumnDetector detector)
    {
        (DetectedChange change, _, int place) = detector.Bets.Describe(detector.LeadingBet());
        return RuleOf(column, change, place, detector.Recent());
    }

    /// <summary>What changed in a column.</summary>
    /// <param name="column">The column.</param>
    /// <param name="change">The form of the change.</param>
    /// <param name="place">The event.</param>
    /// <param name="recent">The changed rows, in coded cells.</param>
    public static string RuleOf(WatchedColumn column, DetectedChange change, int place, ReadOnlySpan<long> recent) =>
        column.OwnRule ?? (IsStuck(column, recent) ? DriftRules.Constant : SpecialOf(column.Coding, recent) is >= 0 and var cell ? column.RuleOf(cell) : RuleOf(column, change, place));

    private static string RuleOf(WatchedColumn column, DetectedChange change, int place) => change switch
    {
        DetectedChange.Special => column.RuleOf(column.Coding.Events[place].First),
        DetectedChange.Spread => DriftRules.Spread,
        DetectedChange.Share when column.Coding.Ordered == 0 => DriftRules.Share,
        _ => DriftRules.Shift,
    };

    // The special cell that took most of the rows that moved; −1 for none.
    private static int SpecialOf(CellCoding coding, ReadOnlySpan<long> recent)
    {
        double rows = Math.Max(CellDistances.Total(recent), 1), all = Math.Max(coding.Total, 1), moved = 0, most = 0;
        int special = -1;
        for (int i = 0; i < recent.Length; i++)
        {
            double grown = Math.Max((recent[i] / rows) - (coding.Reference[i] / all), 0);
            moved += grown;
            if (grown > most && coding.Events[i].Kind == CellEventKind.Special)
            {
                (special, most) = (i, grown);
            }
        }

        return most > moved / 2 ? special : -1;
    }

    /// <summary>Whether nearly all rows are in the cell of one bin or category, and those of the reference are not.</summary>
    private static bool IsStuck(WatchedColumn column, ReadOnlySpan<long> recent)
    {
        long rows = CellDistances.Total(recent);
        for (int i = 0; i < recent.Length; i++)
        {
            if (rows > 0 && recent[i] >= StuckShare * rows)
            {
                // Special cells hold many values.
                return column.Coding.Events[i].Kind == CellEventKind.Bin && column.Coding.Reference[i] < FreeShare * column.Coding.Total;
            }
        }

        return false;
    }
}
