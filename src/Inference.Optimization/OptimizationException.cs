namespace Inference.Optimization;

/// <summary>The exception that is thrown when a model cannot be optimized: it is already quantized, has nothing to optimize, or an option is invalid.</summary>
public class OptimizationException : InferenceException
{
    /// <summary>Initializes a new instance with a message.</summary>
    public OptimizationException(string message)
        : base(message)
    {
    }

    /// <summary>Initializes a new instance with a message and its cause.</summary>
    public OptimizationException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
