namespace Inference.Operators.Trees;

/// <summary>Nodes of trees as a model lists them: index into parallel arrays; children and roots are indices too.</summary>
internal sealed class TreeSource
{
    public required TreeMode[] Modes { get; init; }

    public required long[] Features { get; init; }

    public required double[] Thresholds { get; init; }

    public required int[] TrueChildren { get; init; }

    public required int[] FalseChildren { get; init; }

    public required bool[] MissingIsTrue { get; init; }

    /// <summary>For each node its set (empty unless it is a set node).</summary>
    public required double[]?[] Sets { get; init; }

    /// <summary>For each node its weights (empty unless it is a leaf).</summary>
    public required List<(long Target, double Weight)>?[] Weights { get; init; }

    public required List<int> Roots { get; init; }
}
