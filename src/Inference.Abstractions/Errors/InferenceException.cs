namespace Inference;

/// <summary>Base class of all exceptions that Inference throws. The message says where the error occurred, what was expected, what was received and what to do.</summary>
public class InferenceException : Exception
{
    /// <summary>Creates an exception with a message.</summary>
    public InferenceException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the exception that caused it.</summary>
    public InferenceException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
