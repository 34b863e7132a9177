namespace Inference;

/// <summary>The decisions of a model could not be read or written: the store is full, read-only, damaged or unreachable.</summary>
public class DecisionStoreException : InferenceException
{
    /// <summary>Creates an exception with a message.</summary>
    public DecisionStoreException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the exception that caused it.</summary>
    public DecisionStoreException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
