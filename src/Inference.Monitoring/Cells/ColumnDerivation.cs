namespace Inference.Monitoring;

/// <summary>How the value of a column is computed from one row of a tensor.</summary>
public enum ColumnDerivation
{
    /// <summary>One element of the row.</summary>
    Element,

    /// <summary>The mean of a channel's elements.</summary>
    Mean,

    /// <summary>The standard deviation of a channel's elements.</summary>
    Deviation,

    /// <summary>The smallest element of a channel.</summary>
    Minimum,

    /// <summary>The largest element of a channel.</summary>
    Maximum,

    /// <summary>The Euclidean norm of the row, √(Σx²).</summary>
    Norm,

    /// <summary>A projection of the row on a fixed pseudo-random direction, Σ ±x / √n.</summary>
    Projection,

    /// <summary>The number of elements up to the last one that is not 0: the length of a padded row of token ids.</summary>
    Length,

    /// <summary>The share of token ids that do not occur in the reference, 0 to 1.</summary>
    UnknownShare,

    /// <summary>The largest element of the row: the confidence of a classifier.</summary>
    Top,

    /// <summary>The index of the largest element of the row: the predicted class.</summary>
    TopIndex,

    /// <summary>The joint cell of two columns, each divided into four groups of about equal counts in the reference and one for special values.</summary>
    Pair,

    /// <summary>Whether the inputs of the row equal those of one of about 1,000 rows before it that the same counters counted: a repetition that is spread over threads or processes is not found.</summary>
    Repeat,

    /// <summary>What a column's score differs from that which other columns of the row predict, linear in their scores: of columns that depend on each other, the combination that varies least. It is standardized.</summary>
    Residual,

    /// <summary>The product of the signs of three columns, even or odd: a dependence of three of which no two depend on each other.</summary>
    Parity,
}
