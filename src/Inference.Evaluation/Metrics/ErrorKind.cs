namespace Inference.Evaluation.Metrics;

/// <summary>Specifies the error of one number.</summary>
internal enum ErrorKind
{
    /// <summary>|y − ŷ|.</summary>
    Absolute,

    /// <summary>(y − ŷ)².</summary>
    Squared,

    /// <summary>(y − ŷ)², with the square root of each column's mean.</summary>
    RootSquared,

    /// <summary>|y − ŷ| ÷ max(|y|, 2⁻⁵²).</summary>
    Percentage,

    /// <summary>max(q·(y − ŷ), (q − 1)·(y − ŷ)).</summary>
    Pinball,
}
