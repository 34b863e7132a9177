namespace Inference;

/// <summary>The inputs of a call do not fit the model: wrong names, types, ranks or dimensions, or missing values.</summary>
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
}
