using Inference.Monitoring.Statistics;

namespace Inference.Monitoring.Drift;

/// <summary>The bets of all columns in each season, made when the season first comes. Not thread-safe.</summary>
/// <param name="columns">The columns.</param>
/// <param name="seasons">The number of seasons.</param>
/// <param name="references">The number of references that limits are shared out to, with that of all rows if a season needs it.</param>
/// <param name="referenceOf">The counts of a column in a season, not coded; null for a season that is compared with all rows.</param>
internal sealed class SeasonBets(IReadOnlyList<WatchedColumn> columns, int seasons, int references, Func<int, int, long[]?> referenceOf)
{
    private readonly ColumnBets?[][] _bets = new ColumnBets?[seasons][];
    private readonly LimitTable _limits = new();

    /// <summary>The number of references.</summary>
    public int References => references;

    /// <summary>The bets of a column in a season; null for those of all rows.</summary>
    /// <param name="season">The season; −1 for an unknown one.</param>
    /// <param name="column">The place of the column.</param>
    /// <param name="levels">The probabilities with which limits may fail.</param>
    /// <param name="tolerance">The column's tolerance.</param>
    public ColumnBets? Find(int season, int column, LimitLevels levels, double tolerance)
    {
        if (season < 0)
        {
            return null;
        }

        ColumnBets?[] own = _bets[season] ??= new ColumnBets?[columns.Count];
        if (own[column] is null && referenceOf(season, column) is { } counts)
        {
            CellCoding coding = columns[column].Coding;
            var coded = new long[coding.Count];
            coding.Code(counts, coded);
            own[column] = new ColumnBets(coding, coded, levels, tolerance, _limits);
        }

        return own[column];
    }
}
