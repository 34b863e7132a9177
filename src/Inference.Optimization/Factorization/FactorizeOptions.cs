namespace Inference.Optimization.Factorization;

/// <summary>Options of factorization.</summary>
public sealed class FactorizeOptions
{
    /// <summary>The target for multiply-adds, as a share of the source model's, 0.05 to 1; the default is 0.5. Reached as far as <see cref="MaxLayerError"/> allows.</summary>
    public double TargetMacs { get; init; } = 0.5;

    /// <summary>The largest share of a layer's output variance that its factors may lose, 0 to 1; the default is 0.2.</summary>
    public double MaxLayerError { get; init; } = 0.2;

    /// <summary>The factor that ranks are multiples of, ≥ 1; the default is 16, the width of vector kernels.</summary>
    public int RankMultiple { get; init; } = 16;

    /// <summary>Whether the factors are fitted to the layer's outputs on the data; the default is true. If false, they are fitted to the weights alone (plain SVD) and no data is needed.</summary>
    public bool Whiten { get; init; } = true;

    /// <summary>Whether a layer is left unchanged if its factors are not measured to be faster; the default is true.</summary>
    public bool RequireMeasuredGain { get; init; } = true;

    /// <summary>Ranks by layer name, used instead of allocated ones; layers that are not listed stay unchanged. Null, the default: ranks are allocated.</summary>
    public IReadOnlyDictionary<string, int>? Ranks { get; init; }

    /// <summary>The names of nodes to leave unchanged.</summary>
    public IReadOnlyCollection<string> ExcludedNodes { get; init; } = [];

    /// <summary>The bases of the layers' outputs by output name: filled by the first factorization if empty, used by the next ones of the same model and rows. Null, the default: computed each time.</summary>
    internal Dictionary<string, LowRankBasis>? Bases { get; init; }
}
