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

    /// <summary>
    /// The rate of f32 multiply-adds in registers, on as many threads as a run uses, measured beside the model: 10⁹ operations per second, two for each multiply-add. A direct f32 product cannot exceed
    /// it; convolutions by Winograd's algorithm and integer products can, as they count the operations of the direct sum.
    /// </summary>
    public required double PeakGigaflopsPerSecond { get; init; }

    /// <summary>The number of multiply-accumulate operations of a run.</summary>
    public long Macs => Nodes.Sum(n => n.Macs);
}
