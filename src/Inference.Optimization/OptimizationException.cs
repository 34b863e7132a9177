namespace Inference.Optimization;

/// <summary>A model could not be optimized: it is already quantized, has nothing to work on, or a budget's figures make no sense.</summary>
public class OptimizationException : InferenceException
{
    /// <summary>Makes an error with a message.</summary>
    public OptimizationException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an error with a message and its cause.</summary>
    public OptimizationException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
