namespace Inference.Benchmarks.Soak;

/// <summary>What a soak does and for how long.</summary>
/// <param name="Duration">How long the load lasts.</param>
/// <param name="Callers">Callers at once.</param>
/// <param name="SwapEvery">Time between swaps of the default version.</param>
/// <param name="PoisonShare">Share of calls with a row that makes the model fail.</param>
/// <param name="CancelShare">Share of calls that are cancelled at a random moment.</param>
/// <param name="Seed">Seed of everything random.</param>
public sealed record SoakOptions(TimeSpan Duration, int Callers = 32, TimeSpan? SwapEvery = null, double PoisonShare = 0.01, double CancelShare = 0.02, int Seed = 1)
{
    /// <summary>Where progress is written; null for nowhere.</summary>
    public TextWriter? Log { get; init; }
}
