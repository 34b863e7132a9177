using System.Runtime.InteropServices;

namespace Inference.Kernels.Quantized.Tiles;

/// <summary>
/// Arguments of one integer tile: <c>C[i,j] = Init[i,j] + Σ_tap Σ_k Rows[tap,i][k] · Panel[tap, k, j]</c>, modulo 2^32.
/// Rows hold u8 for tiles that take four values of K a step, s16 for tiles that take two: four bytes either way, and the
/// panel holds the same number of s8 or s16 values for each column and step. Code assembled at run time reads these
/// fields by their offsets; each is eight bytes.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct GemmS32Tile
{
    /// <summary>Pointers to the rows of A: entry tap · pitch + i.</summary>
    public byte** Rows;

    /// <summary>Bytes between the row pointers of consecutive taps.</summary>
    public nint RowPitchBytes;

    /// <summary>Number of taps, 1 or more.</summary>
    public nint Taps;

    /// <summary>Bytes of each row in each tap: a multiple of 4.</summary>
    public nint DepthBytes;

    /// <summary>First step of the panel.</summary>
    public byte* Panel;

    /// <summary>First element of the result.</summary>
    public int* C;

    /// <summary>Bytes between rows of C.</summary>
    public nint LdcBytes;

    /// <summary>Where sums start; may be C.</summary>
    public int* Init;

    /// <summary>Bytes between rows of <see cref="Init"/>; 0 for one row shared by all.</summary>
    public nint InitStrideBytes;

    /// <summary>Room for a tile that is short of registers: the row pointers of the tap at hand.</summary>
    public byte** RowsNow;

    /// <summary>Taps still to do, for such a tile.</summary>
    public nint TapsLeft;

    /// <summary>Where its unrolled loop ends.</summary>
    public nint UnrolledEnd;
}
