namespace Inference.Orleans.Payloads;

/// <summary>The exceptions that callers tell apart.</summary>
internal enum FaultKind : byte
{
    /// <summary><see cref="ModelRunException"/>, and whatever has no kind of its own.</summary>
    Run = 0,

    /// <summary><see cref="InvalidInputException"/>.</summary>
    InvalidInput = 1,

    /// <summary><see cref="UnknownSequenceException"/>.</summary>
    UnknownSequence = 2,

    /// <summary><see cref="DeadlineExceededException"/>.</summary>
    Deadline = 3,

    /// <summary><see cref="ModelLoadException"/>.</summary>
    Load = 4,

    /// <summary><see cref="OperationCanceledException"/>.</summary>
    Cancelled = 5,

    /// <summary>The silo has no model of this name.</summary>
    NotRegistered = 6,
}
