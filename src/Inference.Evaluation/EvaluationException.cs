namespace Inference.Evaluation;

/// <summary>The exception that is thrown when a model cannot be evaluated: an output or a label cannot be read, a metric does not fit the data, or evidence is inconsistent. The message lists what was examined.</summary>
public class EvaluationException : InferenceException
{
    /// <summary>Initializes a new instance with a message.</summary>
    public EvaluationException(string message)
        : base(message)
    {
    }

    /// <summary>Initializes a new instance with a message and its cause.</summary>
    public EvaluationException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
