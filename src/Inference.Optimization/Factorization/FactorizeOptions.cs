namespace Inference.Optimization.Factorization;

/// <summary>How a model is factorized.</summary>
public sealed class FactorizeOptions
{
    /// <summary>Multiply-adds to reach, as a share of the source's, 0.05 to 1; 0.5 by default. Reached as far as <see cref="MaxLayerError"/> allows.</summary>
    public double TargetMacs { get; init; } = 0.5;

    /// <summary>The greatest share of a layer's output variance that its factors may lose, 0 to 1; 0.2 by default.</summary>
    public double MaxLayerError { get; init; } = 0.2;

    /// <summary>Ranks are multiples of this, ≥ 1; 16 by default, the width of vector kernels.</summary>
    public int RankMultiple { get; init; } = 16;

    /// <summary>Whether the factors are fitted to the layer's outputs on the data; false: to the weights alone (plain SVD), needing no data.</summary>
    public bool Whiten { get; init; } = true;

    /// <summary>Whether a layer whose factors do not measure faster than itself is left as it is; true by default.</summary>
    public bool RequireMeasuredGain { get; init; } = true;

    /// <summary>Ranks given by layer name instead of allocated; a layer that is not named stays as it is. Null: allocate.</summary>
    public IReadOnlyDictionary<string, int>? Ranks { get; init; }

    /// <summary>Names of nodes to leave as they are.</summary>
    public IReadOnlyCollection<string> ExcludedNodes { get; init; } = [];
}
