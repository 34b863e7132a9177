namespace Inference;

/// <summary>The inputs of a call do not fit the model: wrong names, types, ranks or dimensions, or missing values. It is the caller's error, never the model's.</summary>
public class InvalidInputException : InferenceException
{
    /// <summary>Makes an error with a message.</summary>
    public InvalidInputException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an error with a message and its cause.</summary>
    public InvalidInputException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The input that does not fit; null where it is not one alone.</summary>
    public string? Input { get; init; }

    /// <summary>What was expected, such as <c>float32[N,64]</c>; null where the message alone says it.</summary>
    public string? Expected { get; init; }

    /// <summary>What came, such as <c>float64[8,64]</c>; null where the message alone says it.</summary>
    public string? Actual { get; init; }
}
