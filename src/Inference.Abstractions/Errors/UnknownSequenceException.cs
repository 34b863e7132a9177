namespace Inference;

/// <summary>A call continues a sequence that is not kept: it was never begun, has ended, has expired, was begun anew by somebody else, or was begun on another version of the model. The message says where; begin it anew.</summary>
public class UnknownSequenceException : InvalidInputException
{
    /// <summary>Creates an exception with a message.</summary>
    public UnknownSequenceException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the exception that caused it.</summary>
    public UnknownSequenceException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The sequence's id; null if only the message says it.</summary>
    public string? SequenceId { get; init; }
}
