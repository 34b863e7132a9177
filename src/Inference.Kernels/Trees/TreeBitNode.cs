using System.Runtime.InteropServices;

namespace Inference.Kernels.Trees;

/// <summary>A decision x ≤ t of <see cref="TreeBitvectors"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TreeBitNode
{
    public float Threshold;

    /// <summary>Byte offset of the feature's column.</summary>
    public int Column;

    /// <summary>What stays of leaves 0 to 31 when the decision fails.</summary>
    public uint High;

    /// <summary>What stays of leaves 32 to 63 when the decision fails.</summary>
    public uint Low;
}
