namespace Inference;

/// <summary>A key is not available, is malformed, or is not the one that is needed. The message names keys by their ids and never contains a key.</summary>
public class KeyException : InferenceException
{
    /// <summary>Creates an exception with a message.</summary>
    public KeyException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the exception that caused it.</summary>
    public KeyException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
