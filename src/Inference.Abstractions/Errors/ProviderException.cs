namespace Inference;

/// <summary>An execution provider failed or is not available.</summary>
public class ProviderException : InferenceException
{
    /// <summary>Makes an error with a message.</summary>
    public ProviderException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an error with a message and its cause.</summary>
    public ProviderException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Operators that the provider does not have, one entry each, such as <c>ai.onnx.Foo-13</c>; empty where that is not the cause.</summary>
    public IReadOnlyList<string> UnsupportedOperators { get; init; } = [];
}
