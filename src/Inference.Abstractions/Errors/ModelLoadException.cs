namespace Inference;

/// <summary>A model could not be loaded: the file is missing, malformed or violates the ONNX specification.</summary>
public class ModelLoadException : InferenceException
{
    /// <summary>Creates an exception with a message.</summary>
    public ModelLoadException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the exception that caused it.</summary>
    public ModelLoadException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
