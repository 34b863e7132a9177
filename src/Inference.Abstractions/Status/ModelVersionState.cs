namespace Inference.Status;

/// <summary>What a version does.</summary>
public enum ModelVersionState
{
    /// <summary>In the repository, not loaded.</summary>
    Available,
    /// <summary>Loaded, serving nobody but those who ask for it by name or label.</summary>
    Standby,
    /// <summary>Loaded, on trial.</summary>
    Canary,
    /// <summary>Loaded, the default.</summary>
    Default,
    /// <summary>Finishing its calls, then it is unloaded.</summary>
    Draining,
    /// <summary>Did not pass a gate.</summary>
    Refused,
    /// <summary>Taken back by an operator or by the sequential test.</summary>
    Rejected,
}
