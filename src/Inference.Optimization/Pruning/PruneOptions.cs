namespace Inference.Optimization.Pruning;

/// <summary>How a model is pruned.</summary>
public sealed class PruneOptions
{
    /// <summary>Multiply-adds to reach, as a share of the source's, 0.05 to 1; 0.7 by default.</summary>
    public double TargetMacs { get; init; } = 0.7;

    /// <summary>Channels are removed in multiples of this, ≥ 1. 0, the default: multiples of 16, 8 and 4 and halves of groups are each tried and timed, and of those that run faster than the source the one with the least
    /// error at the output is taken: kernels work on whole vectors of channels, so that fewer multiply-adds are not always less time.</summary>
    public int ChannelMultiple { get; init; }

    /// <summary>Share of a group's channels that stay at least, 0.05 to 1; 0.5 by default.</summary>
    public double LeastKept { get; init; } = 0.5;

    /// <summary>Whether the layers that read a removed channel are refitted to make up for it; true by default.</summary>
    public bool Refit { get; init; } = true;

    /// <summary>Whether each layer is then refitted, in order, from the pruned model's inputs to the source's outputs; true by default.</summary>
    public bool Reconstruct { get; init; } = true;
}
