namespace Inference.Monitoring.Drift;

/// <summary>The probabilities with which limits of a reference may fail.</summary>
/// <param name="Special">Each limit of a special cell, and of the mean of a score.</param>
/// <param name="Usual">Each limit of a bin, category or tail.</param>
internal readonly record struct LimitLevels(double Special, double Usual)
{
    /// <summary>Shares δ among the limits of all columns, so that all hold together with probability 1 − δ (Bonferroni): half for special cells and scores, which are few and show most faults, half for all others.</summary>
    public static LimitLevels Share(IReadOnlyCollection<CellCoding> codings, double delta)
    {
        double special = 0, usual = 0;
        foreach (CellCoding coding in codings)
        {
            int own = 2 * coding.Events.Count(static e => e.Kind == CellEventKind.Special);
            special += own + ColumnBets.TiltsOf(coding);
            usual += (2 * coding.Events.Length) - own;
        }

        return new LimitLevels(delta / 2 / Math.Max(special, 1), delta / 2 / Math.Max(usual, 1));
    }
}
