namespace Inference;

/// <summary>Kinds of middleware, in the order in which they may be stacked, outermost first.</summary>
public enum PipelineStage
{
    /// <summary>May stand anywhere: the user's own.</summary>
    Custom = 0,
    /// <summary>Measures calls.</summary>
    Telemetry = 1,
    /// <summary>Checks or repairs inputs.</summary>
    Validation = 2,
    /// <summary>Answers from another model or version when one fails.</summary>
    Fallback = 3,
    /// <summary>Chooses the version.</summary>
    Versioning = 4,
    /// <summary>Answers from memory; below versioning, so that one version never serves another's answers.</summary>
    Caching = 5,
    /// <summary>Joins calls; below caching, so that only missing rows queue.</summary>
    Batching = 6,
}
