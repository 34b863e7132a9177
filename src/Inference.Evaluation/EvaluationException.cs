namespace Inference.Evaluation;

/// <summary>A model could not be judged: an output or a label cannot be read, a metric does not fit what was read, or evidence does not fit together. The message says what was looked at.</summary>
public class EvaluationException : InferenceException
{
    /// <summary>Makes an error with a message.</summary>
    public EvaluationException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an error with a message and its cause.</summary>
    public EvaluationException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
