namespace Inference.Monitoring;

/// <summary>A store of feedback cannot be opened, read or written: it is unreachable, full, locked, damaged or of another version.</summary>
public class FeedbackStoreException : InferenceException
{
    /// <summary>Creates an exception with a message.</summary>
    public FeedbackStoreException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the exception that caused it.</summary>
    public FeedbackStoreException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
