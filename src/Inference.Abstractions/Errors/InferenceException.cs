namespace Inference;

/// <summary>Base of all errors that Inference raises. The message says where, what was expected, what came, and what to do.</summary>
public class InferenceException : Exception
{
    /// <summary>Makes an error with a message.</summary>
    public InferenceException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an error with a message and its cause.</summary>
    public InferenceException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
