namespace Inference.Diagnostics;

/// <summary>What the steps of a model cost on given inputs, in the order they run. Steps are the nodes left after the engine's rewrites.</summary>
public sealed class ModelProfile
{
    /// <summary>Runs observed.</summary>
    public required int Runs { get; init; }

    /// <summary>Mean time of a run, all steps together.</summary>
    public required TimeSpan Total { get; init; }

    /// <summary>The steps.</summary>
    public required IReadOnlyList<NodeProfile> Nodes { get; init; }

    /// <summary>Memory for intermediate values of fixed shape.</summary>
    public required long ArenaBytes { get; init; }

    /// <summary>Multiply-accumulate operations of a run.</summary>
    public long Macs => Nodes.Sum(n => n.Macs);
}
