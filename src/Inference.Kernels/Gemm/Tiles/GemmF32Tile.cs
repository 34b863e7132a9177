using System.Runtime.InteropServices;

namespace Inference.Kernels.Gemm.Tiles;

/// <summary>
/// Arguments of one f32 tile: for i &lt; rows, j &lt; columns
/// <c>C[i,j] = clip(Bias[j] + Init[i,j] + RowBias[i] + Σ_tap Σ_k Rows[tap,i][k] · Panel[tap·Depth + k, j])</c>.
/// A plain product has one tap; a convolution has one for each kernel position, so an image needs no unfolding.
/// The number of rows and vectors of columns is fixed by the tile; it reads and writes whole vectors.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct GemmF32Tile
{
    /// <summary>Pointers to the rows of A: entry <c>tap · RowPitch + i</c>.</summary>
    public float** Rows;

    /// <summary>Entries between the row pointers of consecutive taps.</summary>
    public nint RowPitch;

    /// <summary>Number of taps, 1 or more.</summary>
    public nint Taps;

    /// <summary>Elements of K in each tap, 0 or more.</summary>
    public nint Depth;

    /// <summary>First element of B's panel.</summary>
    public float* Panel;

    /// <summary>Elements between rows of the panel: its width when packed.</summary>
    public nint PanelStride;

    /// <summary>First element of the result.</summary>
    public float* C;

    /// <summary>Elements between rows of C.</summary>
    public nint Ldc;

    /// <summary>Added to the product, or null; may be C itself.</summary>
    public float* Init;

    /// <summary>Elements between rows of <see cref="Init"/>.</summary>
    public nint InitStride;

    /// <summary>One value for each column, or null.</summary>
    public float* Bias;

    /// <summary>One value for each row, or null.</summary>
    public float* RowBias;

    /// <summary>Memory that is needed after this tile: the largest tiles ask for a line of it with each step of K.</summary>
    public byte* Ahead;

    /// <summary>Bytes from one such line to the next; 0: <see cref="Ahead"/> is any readable address.</summary>
    public nint AheadStep;

    /// <summary>Whether the result is clamped to [Min, Max]; NaN stays NaN.</summary>
    public bool Clip;

    /// <summary>Lower bound.</summary>
    public float Min;

    /// <summary>Upper bound.</summary>
    public float Max;
}
