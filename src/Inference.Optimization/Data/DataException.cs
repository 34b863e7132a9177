namespace Inference.Optimization.Data;

/// <summary>Data could not be used: a file is malformed, a column is missing, or the values do not fit the model.</summary>
public sealed class DataException : InferenceException
{
    /// <summary>Makes an error with a message.</summary>
    public DataException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an error with a message and its cause.</summary>
    public DataException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
