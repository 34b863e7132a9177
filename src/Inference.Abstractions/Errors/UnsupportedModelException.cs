namespace Inference;

/// <summary>The model needs operators, types or features that no configured provider supports. A single exception lists all of them.</summary>
public class UnsupportedModelException : ModelLoadException
{
    /// <summary>Creates an exception that lists what is not supported.</summary>
    /// <param name="message">The message, which includes the list.</param>
    /// <param name="operators">What is not supported, one entry each, such as <c>ai.onnx.Foo-13</c>.</param>
    public UnsupportedModelException(string message, IReadOnlyList<string> operators)
        : base(message) => Operators = operators;

    /// <summary>What is not supported, one entry each.</summary>
    public IReadOnlyList<string> Operators { get; }
}
