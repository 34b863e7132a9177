namespace Inference.Caching;

/// <summary>What happens where caching is asked for on a model that it cannot serve.</summary>
public enum NotCacheableMode
{
    /// <summary>Building the pipeline fails; the error says why.</summary>
    Fail,
    /// <summary>Caching is left out, with a warning in the log.</summary>
    PassThrough,
}
