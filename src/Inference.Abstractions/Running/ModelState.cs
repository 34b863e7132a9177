namespace Inference;

/// <summary>States of a served model.</summary>
public enum ModelState
{
    /// <summary>Not loaded yet.</summary>
    Loading,
    /// <summary>Loaded, warmed up and serving.</summary>
    Ready,
    /// <summary>Serving, but on a fallback or with an open circuit.</summary>
    Degraded,
    /// <summary>Unable to serve.</summary>
    Failed,
}
