namespace Inference;

/// <summary>A model failed while running: an operator met values it cannot handle.</summary>
public class ModelRunException : InferenceException
{
    /// <summary>Makes an error with a message.</summary>
    public ModelRunException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an error with a message and its cause.</summary>
    public ModelRunException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
