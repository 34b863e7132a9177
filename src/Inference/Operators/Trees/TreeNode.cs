using System.Runtime.InteropServices;

namespace Inference.Operators.Trees;

/// <summary>A node of a forest. The children of a branch are neighbours: the true one at <see cref="Child"/>, the false one after it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TreeNode<C>
    where C : unmanaged
{
    /// <summary>What the feature is compared with.</summary>
    public C Threshold;

    /// <summary>The feature's column; of a leaf the number of its weights.</summary>
    public int Feature;

    /// <summary>The true child; of a leaf its first weight; a set node keeps its set in <see cref="Set"/>.</summary>
    public int Child;

    /// <summary>Number of the set of a <see cref="TreeMode.Member"/> node.</summary>
    public int Set;

    public TreeMode Mode;

    /// <summary>Whether NaN goes to the true child.</summary>
    public bool MissingIsTrue;
}
