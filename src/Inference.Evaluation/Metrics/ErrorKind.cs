namespace Inference.Evaluation.Metrics;

/// <summary>What an error of one number counts.</summary>
internal enum ErrorKind
{
    /// <summary>|y − ŷ|.</summary>
    Absolute,

    /// <summary>(y − ŷ)².</summary>
    Squared,

    /// <summary>(y − ŷ)², the root taken of each column's mean.</summary>
    RootSquared,

    /// <summary>|y − ŷ| ÷ max(|y|, 2⁻⁵²).</summary>
    Percentage,

    /// <summary>max(q·(y − ŷ), (q − 1)·(y − ŷ)).</summary>
    Pinball,
}
