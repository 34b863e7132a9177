namespace Inference.Status;

/// <summary>The state of a version.</summary>
public enum ModelVersionState
{
    /// <summary>In the repository, not loaded.</summary>
    Available,
    /// <summary>Loaded, serving only calls that request it by version or label.</summary>
    Standby,
    /// <summary>Loaded, on trial as the canary.</summary>
    Canary,
    /// <summary>Loaded, the default.</summary>
    Default,
    /// <summary>Finishing its calls before it is unloaded.</summary>
    Draining,
    /// <summary>Did not pass a gate.</summary>
    Refused,
    /// <summary>Rolled back by an operator or by the sequential test.</summary>
    Rejected,
}
