using Inference.Kernels.Convolution.Jobs;

namespace Inference.Kernels.Convolution.Winograd;

/// <summary>
/// One block of 2×2 output tiles: transformed inputs V[16][tiles][C] and products P[16][tiles][columns] of one panel.
/// </summary>
internal unsafe struct WinogradJob
{
    public const int Positions = 16;

    /// <summary>Pixel pointers of the 4×4 input window of each tile: entry tile · 16 + 4·row + column.</summary>
    public float** Windows;

    public float* V;
    public float* Products;

    /// <summary>Elements between the 16 positions of V and of P.</summary>
    public nint PositionStrideV;
    public nint PositionStrideP;

    public int Channels;

    /// <summary>Width of a row of P.</summary>
    public int Columns;

    /// <summary>First output channel of the panel.</summary>
    public int FirstColumn;

    /// <summary>First tile of the block, in the order of images, tile rows and tile columns.</summary>
    public nint FirstTile;

    public ConvolutionJob* Convolution;
}
