namespace Inference.Caching;

/// <summary>Specifies how a model is handled that caching is configured for but that cannot be cached.</summary>
public enum NotCacheableMode
{
    /// <summary>Building the pipeline fails with an error that states the reason.</summary>
    Fail,
    /// <summary>The model runs without caching, and a warning is logged.</summary>
    PassThrough,
}
