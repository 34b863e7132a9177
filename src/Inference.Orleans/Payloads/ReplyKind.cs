namespace Inference.Orleans.Payloads;

/// <summary>What became of a call at a replica.</summary>
internal enum ReplyKind : byte
{
    /// <summary>The model ran; there are outputs.</summary>
    Answered = 0,

    /// <summary>The model did not run: the replica has as many calls as it takes.</summary>
    Refused = 1,

    /// <summary>The model did not run: the silo is stopping, or has unloaded the model.</summary>
    Draining = 2,

    /// <summary>The call failed; there is a fault.</summary>
    Failed = 3,
}
