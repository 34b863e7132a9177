namespace Inference.Monitoring.Cells;

/// <summary>What a column is and how its values become cells: all that decides counts, and nothing that was counted. Immutable.</summary>
internal sealed record ColumnDefinition
{
    /// <summary>The name: that of the tensor, with <c>[j]</c> for element j of a row.</summary>
    public required string Name { get; init; }

    /// <summary>Input or output.</summary>
    public required ColumnSide Side { get; init; }

    /// <summary>The name of the tensor.</summary>
    public required string Tensor { get; init; }

    /// <summary>The element type of the tensor.</summary>
    public required ElementType ElementType { get; init; }

    /// <summary>How the value is computed from a row.</summary>
    public ColumnDerivation Derivation { get; init; }

    /// <summary>The element, channel or direction; for a pair, the place of its first column.</summary>
    public int Index { get; init; }

    /// <summary>For a pair, the place of its second column; for a statistic of channels, their number.</summary>
    public int Second { get; init; }

    /// <summary>For a statistic of channels, whether they are the last axis rather than the second.</summary>
    public bool ChannelsLast { get; init; }

    /// <summary>The number of elements of a row; 0 if it varies.</summary>
    public int Width { get; init; }

    /// <summary>The cells.</summary>
    public required CellLayout Layout { get; init; }

    /// <summary>The bounds of the bins, B + 1 ascending finite numbers: bin i holds Edges[i − 1] ≤ x &lt; Edges[i], the last also x = Edges[B]. Empty for a categorical column.</summary>
    public double[] Edges { get; init; } = [];

    /// <summary>The texts of the values with a cell of their own, most frequent first. Empty for an ordered column.</summary>
    public string[] Categories { get; init; } = [];

    /// <summary>Their keys.</summary>
    public ulong[] Keys { get; init; } = [];

    /// <summary>The keys of the other values of the reference, ascending; for the share of unknown tokens, the tokens that are known.</summary>
    public ulong[] OtherKeys { get; init; } = [];

    /// <summary>Those of <see cref="OtherKeys"/> that occur in one row of the reference alone; known only while it is learned.</summary>
    public ulong[] SingleKeys { get; init; } = [];

    /// <summary>For a column in a pair, the group of each of its cells; empty otherwise.</summary>
    public byte[] Groups { get; init; } = [];

    /// <summary>For the first column of an output that is a map for each row, the keys of its elements; empty otherwise.</summary>
    public string[] MapKeys { get; init; } = [];

    /// <summary>For a column that others are computed from, the features of its cells (<see cref="JointFeatures"/>), [features × cells]; empty otherwise.</summary>
    public float[] Features { get; init; } = [];

    /// <summary>For a residual or parity, what it is computed from: of a residual, first the column whose residual it is, then the others by their weight. Empty otherwise.</summary>
    public JointTerm[] Terms { get; init; } = [];

    /// <summary>Whether values outside <see cref="Keys"/> are all counted as other, because there are too many to tell which ones are new.</summary>
    public bool IsOpen { get; init; }

    /// <summary>The center of the fixed-point sums.</summary>
    public double Center { get; init; }

    /// <summary>Their scale, a power of two.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Whether the value is computed from the whole row rather than from one tensor.</summary>
    public bool IsOfRow => Derivation is ColumnDerivation.Pair or ColumnDerivation.Repeat or ColumnDerivation.Residual or ColumnDerivation.Parity;

    /// <summary>Whether the column is computed from several columns and shows their dependence.</summary>
    public bool IsJoint => Derivation is ColumnDerivation.Residual or ColumnDerivation.Parity;

    /// <summary>Whether values are compared in single precision.</summary>
    public bool IsSingle => Derivation == ColumnDerivation.Element && ElementType is not (ElementType.Float64 or ElementType.Int32 or ElementType.Int64 or ElementType.UInt32 or ElementType.UInt64);
}
