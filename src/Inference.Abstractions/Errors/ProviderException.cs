namespace Inference;

/// <summary>An execution provider failed or is not available.</summary>
public class ProviderException : InferenceException
{
    /// <summary>Creates an exception with a message.</summary>
    public ProviderException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the exception that caused it.</summary>
    public ProviderException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Operators that the provider does not support, one entry each, such as <c>ai.onnx.Foo-13</c>; empty if the error has another cause.</summary>
    public IReadOnlyList<string> UnsupportedOperators { get; init; } = [];
}
