namespace Inference.Kernels.Trees;

/// <summary>How a node decides; the true child is taken when the comparison holds.</summary>
internal enum TreeNodeMode
{
    /// <summary>A leaf.</summary>
    Leaf = 0,

    /// <summary>x ≤ threshold.</summary>
    LessOrEqual = 1,

    /// <summary>x &lt; threshold.</summary>
    Less = 2,

    /// <summary>x ≥ threshold.</summary>
    GreaterOrEqual = 3,

    /// <summary>x &gt; threshold.</summary>
    Greater = 4,

    /// <summary>x = threshold.</summary>
    Equal = 5,

    /// <summary>x ≠ threshold.</summary>
    NotEqual = 6,
}
