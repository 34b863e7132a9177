using Inference.Kernels.Gemm.Tiles;

namespace Inference.Kernels.Gemm;

/// <summary>A product that is cut into a grid of blocks, each with the whole of K; shared read-only by the threads that run them.</summary>
internal unsafe struct GemmF32Job
{
    public float* A;
    public nint Lda;

    /// <summary>Packed panels, or row-major B when <see cref="BStride"/> is not 0.</summary>
    public float* B;

    /// <summary>Elements between rows of an unpacked B; 0 for panels.</summary>
    public nint BStride;

    public float* C;
    public nint Ldc;
    public nint M;
    public nint N;
    public nint K;
    public GemmEpilogue Epilogue;

    /// <summary>Rows of a block: a multiple of the tile's rows.</summary>
    public nint BlockRows;

    /// <summary>Panels of a block.</summary>
    public nint BlockPanels;

    /// <summary>Blocks side by side: ceil(panels / BlockPanels).</summary>
    public int BlocksAcross;

    /// <summary>Number of the kernel, by <see cref="GemmF32Kernels.IndexOf"/>.</summary>
    public int Kernel;
}
