namespace Inference.Diagnostics;

/// <summary>The cost of each step of a model for given inputs, in execution order. Steps are the nodes that remain after the engine's rewrites.</summary>
public sealed class ModelProfile
{
    /// <summary>The number of runs measured.</summary>
    public required int Runs { get; init; }

    /// <summary>The mean time of a run, over all steps.</summary>
    public required TimeSpan Total { get; init; }

    /// <summary>The steps.</summary>
    public required IReadOnlyList<NodeProfile> Nodes { get; init; }

    /// <summary>The number of bytes for intermediate values of fixed shape.</summary>
    public required long ArenaBytes { get; init; }

    /// <summary>The number of multiply-accumulate operations of a run.</summary>
    public long Macs => Nodes.Sum(n => n.Macs);
}
