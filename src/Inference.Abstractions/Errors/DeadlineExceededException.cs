namespace Inference;

/// <summary>The call's deadline passed before it completed.</summary>
public class DeadlineExceededException : InferenceException
{
    /// <summary>Creates an exception with a message.</summary>
    public DeadlineExceededException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the exception that caused it.</summary>
    public DeadlineExceededException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The deadline that passed; null if a time limit in the model's options stopped the call.</summary>
    public DateTimeOffset? Deadline { get; init; }
}
