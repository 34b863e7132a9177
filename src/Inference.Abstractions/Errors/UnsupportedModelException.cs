namespace Inference;

/// <summary>The model needs operators, types or features that no configured provider supports. A single exception lists all of them.</summary>
public class UnsupportedModelException : ModelLoadException
{
    /// <summary>Creates an exception with a message, which includes the list.</summary>
    public UnsupportedModelException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message, which includes the list, and the exception that caused it.</summary>
    public UnsupportedModelException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>What is not supported, one entry each, such as <c>ai.onnx.Foo-13</c>.</summary>
    public IReadOnlyList<string> Operators { get; init; } = [];
}
