namespace Inference;

/// <summary>The call's deadline passed before it completed.</summary>
public class DeadlineExceededException : InferenceException
{
    /// <summary>Makes an error with a message.</summary>
    public DeadlineExceededException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an error with a message and its cause.</summary>
    public DeadlineExceededException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The deadline that passed; null where a limit of the model's options stopped the call.</summary>
    public DateTimeOffset? Deadline { get; init; }
}
