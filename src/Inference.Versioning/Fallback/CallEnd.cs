namespace Inference.Versioning.Fallback;

/// <summary>What the end of a call says of the target that ran it.</summary>
internal enum CallEnd
{
    /// <summary>Nothing: the inputs were at fault, or the caller cancelled.</summary>
    Unknown,

    /// <summary>It answered.</summary>
    Succeeded,

    /// <summary>It failed or was too slow.</summary>
    Failed,
}
