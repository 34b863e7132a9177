namespace Inference;

/// <summary>The call was shed because a queue or budget is full; it did not run. Retry later or raise the limit.</summary>
public class OverloadedException : InferenceException
{
    /// <summary>Makes an error with a message.</summary>
    public OverloadedException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an error with a message and its cause.</summary>
    public OverloadedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The limit that was reached, in the unit that the message names (rows, calls); null where there is no single one.</summary>
    public long? Limit { get; init; }
}
