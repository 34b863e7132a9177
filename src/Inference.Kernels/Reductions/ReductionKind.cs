namespace Inference.Kernels.Reductions;

/// <summary>What an axis becomes.</summary>
internal enum ReductionKind
{
    /// <summary>Σ x.</summary>
    Sum = 0,

    /// <summary>Σ x / n.</summary>
    Mean = 1,

    /// <summary>max x.</summary>
    Max = 2,

    /// <summary>min x.</summary>
    Min = 3,

    /// <summary>Σ x².</summary>
    SumSquares = 4,

    /// <summary>Σ |x|.</summary>
    SumAbsolutes = 5,
}
