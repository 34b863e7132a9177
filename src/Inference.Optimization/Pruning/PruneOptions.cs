namespace Inference.Optimization.Pruning;

/// <summary>Options of pruning.</summary>
public sealed class PruneOptions
{
    /// <summary>The target for multiply-adds, as a share of the source model's, 0.05 to 1; the default is 0.7.</summary>
    public double TargetMacs { get; init; } = 0.7;

    /// <summary>The number that removed channels are a multiple of, ≥ 1. With 0, the default, multiples of 16, 8 and 4 and halves of groups are each tried and timed, and of those that run faster than the source the one with the lowest
    /// output error is selected: kernels process whole vectors of channels, so fewer multiply-adds do not always take less time.</summary>
    public int ChannelMultiple { get; init; }

    /// <summary>The minimum share of a group's channels that is kept, 0.05 to 1; the default is 0.5.</summary>
    public double LeastKept { get; init; } = 0.5;

    /// <summary>Whether the layers that read a removed channel are refitted to compensate for it; the default is true.</summary>
    public bool Refit { get; init; } = true;

    /// <summary>Whether each layer is then refitted, in order, from the pruned model's inputs to the source's outputs; the default is true.</summary>
    public bool Reconstruct { get; init; } = true;
}
