namespace Inference.Monitoring;

/// <summary>What is known of a monitored model at one time. Immutable.</summary>
public sealed record MonitoringSnapshot
{
    /// <summary>The model's name.</summary>
    public required string ModelName { get; init; }

    /// <summary>The version; empty for none.</summary>
    public required string ModelVersion { get; init; }

    /// <summary>The state of the model: the severest of its data set, columns and rules.</summary>
    public required MonitoringState State { get; init; }

    /// <summary>One sentence that describes the state; empty if there is nothing to add.</summary>
    public string Description { get; init; } = "";

    /// <summary>The digest of the reference profile; empty without one.</summary>
    public string ProfileDigest { get; init; } = "";

    /// <summary>The end of the last bucket that was evaluated; null before the first.</summary>
    public DateTimeOffset? EvaluatedAt { get; init; }

    /// <summary>Rows counted since the start.</summary>
    public long Rows { get; init; }

    /// <summary>Rows that passed since the start; rows are counted as far as the budget allows.</summary>
    public long RowsSeen { get; init; }

    /// <summary>Rows that other processes of a cluster counted since the start here, which are judged with <see cref="Rows"/>; 0 without a cluster.</summary>
    public long RowsElsewhere { get; init; }

    /// <summary>The share of calls that is counted at present, 0 to 1.</summary>
    public double SampledShare { get; init; } = 1;

    /// <summary>Calls whose rows could not be read because of an error in monitoring; the calls themselves were answered.</summary>
    public long CollectionErrors { get; init; }

    /// <summary>The inputs and outputs of the model that the profile has no column of: they are excluded, of a type that is not watched, or have no row for each of the call's. Inputs come first; empty without a profile.</summary>
    public IReadOnlyList<string> UnwatchedTensors { get; init; } = [];

    /// <summary>ln of the evidence of the data-set alarm; NaN if it is not judged.</summary>
    public double LogEvidence { get; init; } = double.NaN;

    /// <summary>Rules about the model as a whole that are violated; empty for none. Those of columns are in <see cref="ColumnSnapshot.Rule"/>.</summary>
    public IReadOnlyList<RuleSnapshot> Rules { get; init; } = [];

    /// <summary>The metrics of the model on its last rows, the most telling first; empty if the profile has no labels of outputs.</summary>
    public IReadOnlyList<PerformanceSnapshot> Performance { get; init; } = [];

    /// <summary>The columns, in the order of the profile.</summary>
    public IReadOnlyList<ColumnSnapshot> Columns { get; init; } = [];

    /// <summary>The segments that are watched; empty for none.</summary>
    public IReadOnlyList<SegmentSnapshot> Segments { get; init; } = [];
}
