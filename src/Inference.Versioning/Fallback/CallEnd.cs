namespace Inference.Versioning.Fallback;

/// <summary>The outcome of a call with respect to the target that ran it.</summary>
internal enum CallEnd
{
    /// <summary>Unknown: the inputs were invalid, or the caller cancelled.</summary>
    Unknown,

    /// <summary>It answered.</summary>
    Succeeded,

    /// <summary>It failed or was too slow.</summary>
    Failed,
}
