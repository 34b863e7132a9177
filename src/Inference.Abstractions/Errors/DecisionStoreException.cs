namespace Inference;

/// <summary>The decisions of a model could not be read or written: the store is full, read-only, broken or not reached.</summary>
public class DecisionStoreException : InferenceException
{
    /// <summary>Makes an error with a message.</summary>
    public DecisionStoreException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an error with a message and its cause.</summary>
    public DecisionStoreException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
