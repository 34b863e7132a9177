namespace Inference.Versioning;

/// <summary>What is done to a row before confidence is read off it.</summary>
public enum ConfidenceTransform
{
    /// <summary><c>none</c>: the row holds probabilities.</summary>
    None,
    /// <summary><c>softmax</c>: the row holds logits of classes that exclude each other.</summary>
    Softmax,
    /// <summary><c>sigmoid</c>: each element is a logit of its own.</summary>
    Sigmoid,
}
