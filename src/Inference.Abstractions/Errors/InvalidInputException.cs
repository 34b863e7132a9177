namespace Inference;

/// <summary>The inputs of a call do not fit the model: wrong names, types, ranks or dimensions, missing values, or values that an operator cannot compute with (an identifier out of range, a text that is too long). It is the caller's error, never the model's: it opens no circuit and is not answered from a fallback.</summary>
public class InvalidInputException : InferenceException
{
    /// <summary>Creates an exception with a message.</summary>
    public InvalidInputException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the exception that caused it.</summary>
    public InvalidInputException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The input that does not match; null if the error is not about a single input.</summary>
    public string? Input { get; init; }

    /// <summary>What was expected, such as <c>float32[N,64]</c>; null if only the message says it.</summary>
    public string? Expected { get; init; }

    /// <summary>What was received, such as <c>float64[8,64]</c>; null if only the message says it.</summary>
    public string? Actual { get; init; }
}
