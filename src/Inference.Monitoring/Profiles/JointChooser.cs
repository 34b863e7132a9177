using System.Globalization;
using Inference.Monitoring.Cells;

namespace Inference.Monitoring.Profiles;

/// <summary>Adds residuals and parities of columns that depend on each other, so that a change of their dependence is found that neither a column nor a counted pair shows.</summary>
internal static class JointChooser
{
    // A correlation is known to 1 % of itself; the products of 256 features take some 50 ms.
    private const int SampledRows = 8_192;

    // With fewer rows the weights would fit the rows that are counted, more than those to come.
    private const int MinRows = 1_000;
    private const int MaxCandidates = 64;

    // Each with up to 8 other columns: so many columns are in one at least.
    private const int MaxResiduals = 16;

    // A column that others explain by less varies hardly more when it no longer depends on them: within the tolerance.
    private const double MinExplained = 0.15;

    // The share of the largest weight from which on a column counts as watched.
    private const double Heavy = 0.5;
    private const int NamedTerms = 3;

    /// <summary>Gives the columns their features, and adds the residuals and parities.</summary>
    /// <param name="columns">The columns, to which they are added.</param>
    /// <param name="facts">Their facts.</param>
    /// <param name="rows">Reference rows.</param>
    /// <param name="total">The number of these rows.</param>
    public static void AddJoints(List<ColumnDefinition> columns, List<ColumnFacts> facts, IReadOnlyList<ReferenceRows> rows, int total)
    {
        if (total < MinRows)
        {
            return;
        }

        // Inputs by themselves, and outputs: what a model makes of its inputs does not change without the model.
        foreach (ColumnSide side in (ReadOnlySpan<ColumnSide>)[ColumnSide.Input, ColumnSide.Output])
        {
            int[] candidates = [.. Enumerable.Range(0, columns.Count).Where(i => IsCandidate(columns[i], facts[i], side)).Take(MaxCandidates)];
            if (candidates.Length >= 2)
            {
                Add(columns, facts, new JointSample(columns, candidates, rows, total, SampledRows));
            }
        }
    }

    private static bool IsCandidate(ColumnDefinition column, ColumnFacts facts, ColumnSide side) =>
        column.Side == side && !column.IsOfRow && !column.IsOpen && facts.Distinct > 1 && column.Derivation is ColumnDerivation.Element or ColumnDerivation.Projection && !(side == ColumnSide.Output && column.Layout.Kind == ColumnKind.Score);

    private static void Add(List<ColumnDefinition> columns, List<ColumnFacts> facts, JointSample sample)
    {
        List<ColumnDefinition> found = [.. ResidualsOf(sample).Select(terms => Draft(columns, ColumnDerivation.Residual, terms)), .. ParityScan.Find(sample).Select(terms => Draft(columns, ColumnDerivation.Parity, terms))];
        foreach (int place in found.SelectMany(static f => f.Terms).Select(static t => t.Column).Distinct())
        {
            columns[place] = columns[place] with { Features = sample.FeaturesOf(place) };
        }

        foreach (ColumnDefinition draft in found)
        {
            double[] values = sample.ValuesOf(draft, columns);
            (ColumnDefinition column, ColumnFacts known) = draft.Derivation == ColumnDerivation.Parity
                ? (draft, new ColumnFacts { Distinct = draft.Keys.Length })
                : ColumnLearner.OfNumbers(draft, values, ColumnKind.Numeric);
            columns.Add(column);
            facts.Add(known);
        }
    }

    // First those that bring in a column, then the most explained ones.
    private static List<JointTerm[]> ResidualsOf(JointSample sample)
    {
        SparseRegression regression = new(sample);
        (double Explained, JointTerm[] Terms)[] all =
        [
            .. Enumerable.Range(0, sample.Columns.Length).Select(c => regression.Best(c)).Where(static r => r.Explained >= MinExplained).OrderByDescending(static r => r.Explained).ThenBy(static r => r.Terms[0].Column),
        ];
        var covered = new HashSet<int>();
        var chosen = new List<JointTerm[]>();
        foreach (bool fresh in (ReadOnlySpan<bool>)[true, false])
        {
            foreach ((double _, JointTerm[] terms) in all)
            {
                if (chosen.Count < MaxResiduals && !chosen.Contains(terms) && (!fresh || !covered.Contains(terms[0].Column)))
                {
                    chosen.Add(terms);
                    covered.Add(terms[0].Column);
                    covered.UnionWith(terms.Skip(1).Where(t => Math.Abs(t.Weight) >= Heavy * terms.Skip(1).Max(static o => Math.Abs(o.Weight))).Select(static t => t.Column));
                }
            }
        }

        return chosen;
    }

    private static ColumnDefinition Draft(List<ColumnDefinition> columns, ColumnDerivation derivation, JointTerm[] terms)
    {
        bool parity = derivation == ColumnDerivation.Parity;
        string[] names = [.. terms.Select(t => columns[t.Column].Name).Distinct()];
        return new ColumnDefinition
        {
            Name = parity ? string.Join(" ⊕ ", names) : string.Create(CultureInfo.InvariantCulture, $"{names[0]} | {string.Join(", ", names.Skip(1).Take(NamedTerms))}{(names.Length > NamedTerms + 1 ? $" and {names.Length - NamedTerms - 1} more" : "")}"),
            Side = columns[terms[0].Column].Side,
            Tensor = "",
            ElementType = ElementType.Float64,
            Derivation = derivation,
            Index = terms[0].Column,
            Terms = terms,
            Layout = parity ? CellLayout.OfCategories(2) : CellLayout.OfCategories(0),
            Categories = parity ? ["even", "odd"] : [],
            Keys = parity ? [0, 1] : [],
        };
    }
}
