namespace Inference;

/// <summary>A model does not have the inputs and outputs that a class was built for; see <see cref="ModelSignatureAttribute"/>.</summary>
public class ModelSignatureException : InferenceException
{
    /// <summary>Makes an error with a message.</summary>
    public ModelSignatureException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an error with a message and its cause.</summary>
    public ModelSignatureException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The input or output that does not fit; null where it is not one alone.</summary>
    public string? Port { get; init; }

    /// <summary>What the class was built for, such as <c>float32[N,64]</c>; null where the model asks for a port that the class does not know.</summary>
    public string? Expected { get; init; }

    /// <summary>What the model has, such as <c>float32[N,32]</c>; null where it has no such port.</summary>
    public string? Actual { get; init; }
}
