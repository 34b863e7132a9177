namespace Inference.Kernels.Trees;

/// <summary>How the weights of the leaves reached become a score.</summary>
internal enum TreeAggregation
{
    /// <summary>Their sum, in the order of the trees.</summary>
    Sum = 0,

    /// <summary>Their sum divided by the number of trees.</summary>
    Average = 1,

    /// <summary>The smallest; 0 for a target without a weight.</summary>
    Min = 2,

    /// <summary>The largest; 0 for a target without a weight.</summary>
    Max = 3,
}
