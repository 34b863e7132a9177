using Inference.Monitoring.Statistics;

namespace Inference.Monitoring.Drift;

/// <summary>The limits of a reference, for all columns together.</summary>
internal static class DriftLimits
{
    /// <summary>Creates the bets of columns, whose limits hold jointly, over all columns, cells and scores, with probability 1 − <paramref name="delta"/> (Bonferroni). Columns with one coding and tolerance share their bets.</summary>
    /// <param name="codings">The columns' cells.</param>
    /// <param name="delta">The probability with which any limit may fail; 0.01: 99 % joint confidence.</param>
    /// <param name="tolerances">For each column, the relative change of a cell's share that is no drift.</param>
    public static ColumnBets[] Create(IReadOnlyList<CellCoding> codings, double delta, IReadOnlyList<double> tolerances)
    {
        LimitLevels levels = LimitLevels.Share([.. codings], delta);
        var limits = new LimitTable();
        var known = new Dictionary<(CellCoding, double), ColumnBets>();
        var bets = new ColumnBets[codings.Count];
        for (int i = 0; i < bets.Length; i++)
        {
            if (!known.TryGetValue((codings[i], tolerances[i]), out bets[i]!))
            {
                bets[i] = new ColumnBets(codings[i], codings[i].Reference, levels, tolerances[i], limits);
                known.Add((codings[i], tolerances[i]), bets[i]);
            }
        }

        return bets;
    }
}
