using Inference.Monitoring.Cells;
using Inference.Monitoring.Drift;
using Inference.Monitoring.Quality;
using Inference.Monitoring.Statistics;

namespace Inference.Monitoring.Verdicts;

/// <summary>The columns of a profile that are judged, with their cells coded for drift. Immutable.</summary>
internal sealed class ProfileColumns
{
    /// <summary>Initializes the columns.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="inputsOnly">Whether outputs are left out.</param>
    /// <param name="segment">0 for all rows, s for those of segment s.</param>
    public ProfileColumns(ReferenceProfile profile, bool inputsOnly, int segment = 0)
    {
        var watched = new List<WatchedColumn>();
        var places = new List<int>();
        var watchedOf = new int[profile.Columns.Count];
        Array.Fill(watchedOf, -1);
        var codings = new CodingTable();
        foreach (ReferenceColumn column in profile.Columns)
        {
            bool pair = column.SecondColumn >= 0;
            JointTerm[] terms = column.Definition.Terms;
            if (column.Rules.Ignore || (inputsOnly && column.Side == ColumnSide.Output) || (pair && (watchedOf[column.Index] < 0 || watchedOf[column.SecondColumn] < 0)) || Array.Exists(terms, t => watchedOf[t.Column] < 0))
            {
                continue;
            }

            watchedOf[column.Place] = watched.Count;
            places.Add(column.Place);
            long[] reference = ReferenceCounts.Of(column, segment, out Novelty? novelty);
            watched.Add(new WatchedColumn(column.Name, codings.Get(reference, column.Layout.Ordered, column.Layout.Categories, column.Derivation == ColumnDerivation.Repeat ? 1 : -1, novelty))
            {
                First = pair ? watchedOf[column.Index] : -1,
                Second = pair ? watchedOf[column.SecondColumn] : -1,
                Members = [.. terms.Select(t => watchedOf[t.Column]).Distinct()],
                Heavy = HeavyOf(column),
                OwnRule = column.Derivation == ColumnDerivation.Repeat ? DriftRules.Duplicates : column.Definition.IsJoint ? DriftRules.Joint : null,
                Tolerance = column.Rules.Tolerance,
            });
        }

        Watched = [.. watched];
        Places = [.. places];
    }

    // The column of a residual, and the one that predicts it most; all three of a parity.
    private static int HeavyOf(ReferenceColumn column) => column.Derivation == ColumnDerivation.Residual ? 2 : column.Definition.Terms.Length;

    /// <summary>The columns as drift sees them.</summary>
    public WatchedColumn[] Watched { get; }

    /// <summary>Their places in the profile.</summary>
    public int[] Places { get; }
}
