namespace Inference;

/// <summary>A model could not be loaded: the file is missing, malformed or breaks the ONNX rules.</summary>
public class ModelLoadException : InferenceException
{
    /// <summary>Makes an error with a message.</summary>
    public ModelLoadException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an error with a message and its cause.</summary>
    public ModelLoadException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
