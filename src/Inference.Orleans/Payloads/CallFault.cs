using Orleans;

namespace Inference.Orleans.Payloads;

/// <summary>An error as an answer: the exception that the silo would have thrown, made again where the caller is.</summary>
[GenerateSerializer]
[Immutable]
[Alias("inference.CallFault")]
internal sealed class CallFault
{
    [Id(0)]
    public FaultKind Kind { get; set; }

    [Id(1)]
    public string Message { get; set; } = "";

    /// <summary>The input, or the sequence's id.</summary>
    [Id(2)]
    public string? Subject { get; set; }

    [Id(3)]
    public string? Expected { get; set; }

    [Id(4)]
    public string? Actual { get; set; }

    /// <summary>The fault of an exception.</summary>
    /// <param name="model">The model.</param>
    /// <param name="silo">Where it failed, for errors that are not ours.</param>
    /// <param name="exception">The exception.</param>
    public static CallFault Of(string model, string silo, Exception exception) => exception switch
    {
        UnknownSequenceException unknown => new() { Kind = FaultKind.UnknownSequence, Message = unknown.Message, Subject = unknown.SequenceId },
        InvalidInputException invalid => new() { Kind = FaultKind.InvalidInput, Message = invalid.Message, Subject = invalid.Input, Expected = invalid.Expected, Actual = invalid.Actual },
        DeadlineExceededException deadline => new() { Kind = FaultKind.Deadline, Message = deadline.Message },
        ModelLoadException load => new() { Kind = FaultKind.Load, Message = load.Message },
        OperationCanceledException cancelled => new() { Kind = FaultKind.Cancelled, Message = cancelled.Message },
        InferenceException other => new() { Kind = FaultKind.Run, Message = other.Message },
        _ => new() { Kind = FaultKind.Run, Message = $"Model '{model}', silo '{silo}': expected outputs, got {exception.GetType().Name}: {exception.Message} See the silo's log." },
    };

    /// <summary>The exception for the caller.</summary>
    public Exception ToException() => Kind switch
    {
        FaultKind.UnknownSequence => new UnknownSequenceException(Message) { SequenceId = Subject },
        FaultKind.InvalidInput => new InvalidInputException(Message) { Input = Subject, Expected = Expected, Actual = Actual },
        FaultKind.Deadline => new DeadlineExceededException(Message),
        FaultKind.Load or FaultKind.NotRegistered => new ModelLoadException(Message),
        FaultKind.Cancelled => new OperationCanceledException(Message),
        _ => new ModelRunException(Message),
    };
}
