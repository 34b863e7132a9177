namespace Inference.Batching;

/// <summary>Specifies how a model is handled that batching is configured for but that cannot be batched.</summary>
public enum NotBatchableMode
{
    /// <summary>Building the pipeline fails with an error that states the reason.</summary>
    Fail,
    /// <summary>The model runs without batching, and a warning is logged.</summary>
    PassThrough,
}
