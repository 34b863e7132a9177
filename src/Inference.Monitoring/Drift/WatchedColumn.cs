namespace Inference.Monitoring.Drift;

/// <summary>A column that drift is looked for in. Immutable.</summary>
/// <param name="Name">The name.</param>
/// <param name="Coding">Its cells.</param>
internal sealed record WatchedColumn(string Name, CellCoding Coding)
{
    /// <summary>For a pair, the places of its columns among the watched ones; −1 otherwise.</summary>
    public int First { get; init; } = -1;

    /// <summary>The second column of a pair; −1 otherwise.</summary>
    public int Second { get; init; } = -1;

    /// <summary>For a residual or parity, the places of its columns among the watched ones, the heaviest first; of a residual, first the column itself. Empty otherwise.</summary>
    public int[] Members { get; init; } = [];

    /// <summary>How many of <see cref="Members"/>, from the first, carry most of its weight.</summary>
    public int Heavy { get; init; }

    /// <summary>The relative change of a cell's share that is no drift; null for that of the settings.</summary>
    public double? Tolerance { get; init; }

    /// <summary>The name of the rule that any change of the column breaks; null for the rules of its cells.</summary>
    public string? OwnRule { get; init; }

    /// <summary>Whether the column is the joint distribution of two others.</summary>
    public bool IsPair => First >= 0;

    /// <summary>Whether the column shows how others depend on each other.</summary>
    public bool IsJoint => IsPair || Members.Length > 0;

    /// <summary>The places of the columns that a change is held against.</summary>
    public ReadOnlySpan<int> Blamed => IsPair ? new[] { First, Second } : Members.AsSpan(0, Heavy);

    /// <summary>The name of the rule that rows in a special cell break.</summary>
    /// <param name="cell">The coded cell.</param>
    public string RuleOf(int cell)
    {
        if (Coding.Ordered == 0)
        {
            return cell == Coding.Count - 1 ? DriftRules.Missing : cell == Coding.Count - 2 ? DriftRules.Unseen : DriftRules.Share;
        }

        return cell >= Coding.Ordered ? DriftRules.Missing
            : cell == 0 || cell == Coding.Ordered - 1 ? DriftRules.Infinite
            : cell == 1 || cell == Coding.Ordered - 2 ? DriftRules.Range : DriftRules.Shift;
    }
}
