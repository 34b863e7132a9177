using Inference.Kernels.Quantized.Results;

namespace Inference.Kernels.Quantized;

/// <summary>An integer product that is cut into a grid of blocks; shared read-only by the threads that run them.</summary>
internal unsafe struct QuantizedGemmJob
{
    public byte* A;
    public bool SignedA;
    public nint Lda;
    public int ZeroPoint;
    public int* RowZeroPoints;
    public byte* Y;
    public nint Ldy;
    public nint M;
    public nint N;
    public nint K;
    public nint Steps;
    public byte* Panels;
    public int* ColumnSums;

    /// <summary>Zero points of the stored B, or null when all are 0.</summary>
    public int* ColumnZeroPoints;

    public QuantizedEpilogue Epilogue;
    public nint BlockRows;
    public nint BlockPanels;
    public int BlocksAcross;
    public int Kernel;
}
