namespace Inference.Diagnostics;

/// <summary>What the steps of a model cost on given inputs, in the order they run. Steps are the nodes left after the engine's rewrites.</summary>
/// <param name="Runs">Runs observed.</param>
/// <param name="Total">Mean time of a run, all steps together.</param>
/// <param name="Nodes">The steps.</param>
/// <param name="ArenaBytes">Memory for intermediate values of fixed shape.</param>
public sealed record ModelProfile(int Runs, TimeSpan Total, IReadOnlyList<NodeProfile> Nodes, long ArenaBytes)
{
    /// <summary>Multiply-accumulate operations of a run.</summary>
    public long Macs => Nodes.Sum(n => n.Macs);
}
