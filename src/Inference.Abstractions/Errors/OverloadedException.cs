namespace Inference;

/// <summary>The call was rejected without being run because a queue or a budget is full. Retry later or raise the limit.</summary>
public class OverloadedException : InferenceException
{
    /// <summary>Creates an exception with a message.</summary>
    public OverloadedException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the exception that caused it.</summary>
    public OverloadedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The limit that was reached, in the unit named by the message (rows, calls); null if no single limit applies.</summary>
    public long? Limit { get; init; }
}
