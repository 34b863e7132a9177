namespace Inference;

/// <summary>A model failed while running, not by the fault of its inputs (see <see cref="InvalidInputException"/>).</summary>
public class ModelRunException : InferenceException
{
    /// <summary>Creates an exception with a message.</summary>
    public ModelRunException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the exception that caused it.</summary>
    public ModelRunException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
