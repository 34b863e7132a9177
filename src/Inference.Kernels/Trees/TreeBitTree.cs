using System.Runtime.InteropServices;

namespace Inference.Kernels.Trees;

/// <summary>A tree of <see cref="TreeBitvectors"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TreeBitTree
{
    /// <summary>Decisions.</summary>
    public int Nodes;

    /// <summary>Decisions that NaN passes; they come first.</summary>
    public int SmallOnMissing;

    /// <summary>Words of leaves, 1 or 2.</summary>
    public int Words;

    /// <summary>Targets that the leaves have weights for.</summary>
    public int Payloads;
}
