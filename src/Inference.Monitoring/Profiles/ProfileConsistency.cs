using Inference.Monitoring.Cells;
using Inference.Monitoring.Records;

namespace Inference.Monitoring.Profiles;

/// <summary>Requires of the columns of a file what the code that counts by them relies on. A file may be valid by its checksum and have been made by something else.</summary>
internal static class ProfileConsistency
{
    // Twice what is written, so that a later release may write more.
    private const int MaxTerms = 16;

    /// <summary>Checks columns.</summary>
    /// <param name="reader">What they were read from.</param>
    /// <param name="columns">The columns.</param>
    /// <exception cref="MonitoringException">They are not consistent.</exception>
    public static void Check(RecordReader reader, ColumnDefinition[] columns)
    {
        for (int i = 0; i < columns.Length; i++)
        {
            ColumnDefinition column = columns[i];
            bool possible = column.Derivation switch
            {
                ColumnDerivation.Pair => IsPair(columns, i),
                ColumnDerivation.Residual or ColumnDerivation.Parity => IsJoint(columns, i),
                _ when i > 0 && columns[i - 1].IsOfRow => false,
                ColumnDerivation.Repeat => column.Layout.Categories == 2 && column.Layout.Kind == ColumnKind.Categorical,
                ColumnDerivation.Length or ColumnDerivation.UnknownShare => column.ElementType is ElementType.Int64 or ElementType.Int32,
                ColumnDerivation.Element when column.ElementType == ElementType.String => column.Layout.Kind == ColumnKind.Categorical,
                _ => ElementReader.IsNumeric(column.ElementType),
            };
            // Maps become tensors of float32 with as many elements as keys.
            possible &= column.MapKeys.Length == 0 || (column is { Side: ColumnSide.Output, ElementType: ElementType.Float32, IsOfRow: false } && (column.Width == 0 || column.Width == column.MapKeys.Length)
                && Array.FindIndex(columns, c => c.Side == column.Side && c.Tensor == column.Tensor) == i);
            if (!possible)
            {
                reader.Throw($"column '{column.Name}' cannot be where it is, or not of its type");
            }

            if (i > 0 && !column.IsOfRow && column.Side == columns[i - 1].Side && column.Tensor == columns[i - 1].Tensor && !IsSameTensor(columns[i - 1], column))
            {
                reader.Throw($"columns '{columns[i - 1].Name}' and '{column.Name}' are of one tensor, and differ in its type, width or channels");
            }
        }
    }

    /// <summary>Checks counts of labels and sums of errors against the counts of rows.</summary>
    /// <param name="reader">What they were read from.</param>
    /// <param name="columns">The columns.</param>
    /// <param name="facts">Their facts.</param>
    /// <param name="reference">The counts.</param>
    /// <exception cref="MonitoringException">They are not consistent.</exception>
    public static void Check(RecordReader reader, ColumnDefinition[] columns, ColumnFacts[] facts, MonitoringWindow reference)
    {
        for (int i = 0; i < columns.Length; i++)
        {
            // A category of one row is counted as new, so that only the bins of scores hold their positives cell by cell.
            ReadOnlySpan<long> counts = reference.Counts(i);
            bool score = columns[i].Layout.Kind == ColumnKind.Score;
            Int128 sum = 0;
            for (int cell = 0; cell < facts[i].Positives.Length; cell++)
            {
                sum += facts[i].Positives[cell];
                if (sum > reference.Rows || (score && facts[i].Positives[cell] > counts[cell]))
                {
                    reader.Throw($"column '{columns[i].Name}' has more rows with a label than rows");
                }
            }

            if (Array.Exists(facts[i].AbsoluteErrors, static e => !(e >= 0)) || Array.Exists(facts[i].SquaredErrors, static e => !(e >= 0)))
            {
                reader.Throw($"column '{columns[i].Name}' has sums of errors that are not numbers of 0 or more");
            }
        }
    }

    private static bool IsPair(ColumnDefinition[] columns, int place)
    {
        ColumnDefinition pair = columns[place];
        return pair.Layout.Categories == PairGroups.Layout.Categories && pair.Index < place && pair.Second < place && IsGrouped(columns[pair.Index]) && IsGrouped(columns[pair.Second]);
    }

    private static bool IsJoint(ColumnDefinition[] columns, int place)
    {
        ColumnDefinition joint = columns[place];
        bool parity = joint.Derivation == ColumnDerivation.Parity;
        return (parity ? joint.Layout is { Kind: ColumnKind.Categorical, Categories: 2 } : joint.Layout.Kind == ColumnKind.Numeric) && joint.Terms.Length is > 1 and <= MaxTerms
            && Array.TrueForAll(joint.Terms, t => t.Column < place && !columns[t.Column].IsOfRow && (t.Feature + 1) * columns[t.Column].Layout.Count <= columns[t.Column].Features.Length && float.IsFinite(t.Weight));
    }

    private static bool IsGrouped(ColumnDefinition column) => column.Groups.Length > 0 && column.Derivation == ColumnDerivation.Element;

    private static bool IsSameTensor(ColumnDefinition one, ColumnDefinition two) =>
        one.ElementType == two.ElementType && IsOfTokens(one) == IsOfTokens(two) && (one.Width == two.Width || one.Width == 0 || two.Width == 0)
        && (!IsOfChannel(one) || !IsOfChannel(two) || (one.Second == two.Second && one.ChannelsLast == two.ChannelsLast));

    private static bool IsOfTokens(ColumnDefinition column) => column.Derivation is ColumnDerivation.Length or ColumnDerivation.UnknownShare;

    private static bool IsOfChannel(ColumnDefinition column) => column.Derivation is ColumnDerivation.Mean or ColumnDerivation.Deviation or ColumnDerivation.Minimum or ColumnDerivation.Maximum;
}
