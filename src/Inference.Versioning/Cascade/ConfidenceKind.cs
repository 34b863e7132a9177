namespace Inference.Versioning;

/// <summary>Specifies how the confidence of a row of the small model's output is computed.</summary>
public enum ConfidenceKind
{
    /// <summary><c>max_probability</c>: the largest element.</summary>
    MaxProbability,
    /// <summary><c>margin</c>: the largest element minus the second largest.</summary>
    Margin,
    /// <summary><c>binary_probability</c>: max(p, 1 − p) of a single element, or of the second of two.</summary>
    BinaryProbability,
}
