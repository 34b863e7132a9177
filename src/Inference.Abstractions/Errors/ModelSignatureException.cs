namespace Inference;

/// <summary>A model does not have the inputs and outputs that a class was built for; see <see cref="ModelSignatureAttribute"/>.</summary>
public class ModelSignatureException : InferenceException
{
    /// <summary>Creates an exception with a message.</summary>
    public ModelSignatureException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the exception that caused it.</summary>
    public ModelSignatureException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The input or output that does not match; null if the error is not about a single one.</summary>
    public string? Port { get; init; }

    /// <summary>What the class was built for, such as <c>float32[N,64]</c>; null if the model requires a port that the class does not have.</summary>
    public string? Expected { get; init; }

    /// <summary>What the model has, such as <c>float32[N,32]</c>; null if it has no such port.</summary>
    public string? Actual { get; init; }
}
