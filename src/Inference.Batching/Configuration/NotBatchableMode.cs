namespace Inference.Batching;

/// <summary>What happens where batching is asked for on a model whose rows cannot be joined.</summary>
public enum NotBatchableMode
{
    /// <summary>Building the pipeline fails; the error says why.</summary>
    Fail,
    /// <summary>Batching is left out, with a warning in the log.</summary>
    PassThrough,
}
