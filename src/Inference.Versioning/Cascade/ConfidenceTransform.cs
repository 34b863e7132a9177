namespace Inference.Versioning;

/// <summary>Specifies the transformation applied to a row before its confidence is computed.</summary>
public enum ConfidenceTransform
{
    /// <summary><c>none</c>: the row holds probabilities.</summary>
    None,
    /// <summary><c>softmax</c>: the row holds logits of mutually exclusive classes.</summary>
    Softmax,
    /// <summary><c>sigmoid</c>: each element is an independent logit.</summary>
    Sigmoid,
}
