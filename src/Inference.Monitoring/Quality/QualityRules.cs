using System.Globalization;
using Inference.Monitoring.Drift;
using Inference.Monitoring.Statistics;

namespace Inference.Monitoring.Quality;

/// <summary>Checks the counts of a column against the rules that its profile holds. One row that breaks a rule says nothing: a finding needs evidence on the share of such rows.</summary>
internal static class QualityRules
{
    /// <summary>The number of rules of a column that have evidence of their own.</summary>
    public const int Rules = 5;

    // ln 2: of the probability one half is for the reference's limit, and one for the window's count.
    private const double Half = 0.69314718055994531;

    // A column that has so few distinct values in the reference may well have one in a small window.
    private const double StuckShare = 0.995;
    private const double FreeShare = 0.9;

    /// <summary>Checks a column.</summary>
    /// <param name="column">The reference.</param>
    /// <param name="counts">The window's counts.</param>
    /// <param name="moments">The window's sums.</param>
    /// <param name="delta">The probability with which one rule may be found broken though the share is allowed.</param>
    /// <param name="tolerance">The relative change of a share that is allowed.</param>
    public static IEnumerable<QualityFinding> Check(ReferenceColumn column, long[] counts, ColumnMoments moments, double delta, double tolerance)
    {
        CellLayout layout = column.Layout;
        long rows = CellDistances.Total(counts);
        if (rows == 0 || column.Rules.Ignore)
        {
            yield break;
        }

        long[] reference = ReferenceCounts.Of(column, 0, out Novelty? novelty);
        long all = CellDistances.Total(reference);
        double goal = -Math.Log(delta);
        if (Stuck(column, reference, counts, goal) is { } stuck)
        {
            yield return new QualityFinding(column.Name, DriftRules.Constant, stuck.Share, stuck.Evidence, "nearly all rows have one value");
        }
        else if (layout.Ordered > 0 && UnitFactors.Find(column.Moments(), moments) is { } unit && UnitShape.Explains(layout, column.Edges, reference, counts, unit))
        {
            yield return new QualityFinding(column.Name, DriftRules.Unit, 1, goal, unit.Text);
        }

        foreach ((string rule, int[] cells, double allowed) in Shares(column, reference))
        {
            long count = Sum(counts, cells), expected = Sum(reference, cells);
            if (count <= rows * Math.Max(allowed, (1 + tolerance) * expected / Math.Max(all, 1)))
            {
                // The limit is above: it need not be computed.
                continue;
            }

            double usual = rule == DriftRules.Unseen && novelty is { } known ? known.Upper(all, delta / 2) : ShareLimits.Upper(expected, all, delta / 2);
            double limit = Math.Max(allowed, (1 + tolerance) * usual), evidence = Evidence(count, rows, limit);
            if (evidence >= goal + Half)
            {
                double share = (double)count / rows;
                yield return new QualityFinding(column.Name, rule, share, evidence, string.Create(CultureInfo.InvariantCulture, $"{share:P2} of the rows, {(double)expected / Math.Max(all, 1):P2} in the reference"));
            }
        }
    }

    /// <summary>ln of 1 ÷ Chernoff's bound of P(count or more of rows) at a share: rows·KL(count ÷ rows ‖ share); 0 if the share is not above.</summary>
    public static double Evidence(long count, long rows, double share)
    {
        double own = (double)count / rows;
        return own <= share ? 0
            : share <= 0 ? double.PositiveInfinity
            : rows * ((own * Math.Log(own / share)) + (own < 1 ? (1 - own) * Math.Log((1 - own) / (1 - share)) : 0));
    }

    private static IEnumerable<(string Rule, int[] Cells, double Allowed)> Shares(ReferenceColumn column, long[] reference)
    {
        CellLayout layout = column.Layout;
        yield return (DriftRules.Missing, layout.NaN < 0 ? [layout.Missing] : [layout.NaN, layout.Missing], column.Rules.MinCompleteness is { } complete ? 1 - complete : 1);
        if (layout.Ordered > 0)
        {
            yield return (DriftRules.Infinite, [layout.NegativeInfinity, layout.PositiveInfinity], column.Rules.AllowInfinite ? 1 : 0);
            yield return (DriftRules.Range, [.. column.Rules.Minimum is null ? (int[])[] : [layout.Under], .. column.Rules.Maximum is null ? (int[])[] : [layout.Over]], 0);
        }
        else
        {
            yield return (DriftRules.Unseen, [layout.Unseen], column.Rules.AllowUnseen ? 1 : 0);
        }
    }

    // A window that holds one value where the reference has other ones in more than a tenth of its rows.
    private static (double Share, double Evidence)? Stuck(ReferenceColumn column, long[] reference, long[] counts, double goal)
    {
        CellLayout layout = column.Layout;
        int end = layout.First + layout.Bins + layout.Categories;
        long rows = CellDistances.Total(counts), all = CellDistances.Total(reference);
        for (int i = layout.First; i < end; i++)
        {
            double usual = (double)reference[i] / Math.Max(all, 1);
            if (counts[i] >= StuckShare * rows && usual < FreeShare)
            {
                double evidence = Evidence(counts[i], rows, Math.Max(usual, 1.0 / Math.Max(all, 1)));
                return evidence >= goal ? ((double)counts[i] / rows, evidence) : null;
            }
        }

        return null;
    }

    private static long Sum(long[] counts, int[] cells)
    {
        long sum = 0;
        foreach (int cell in cells)
        {
            sum += counts[cell];
        }

        return sum;
    }
}
