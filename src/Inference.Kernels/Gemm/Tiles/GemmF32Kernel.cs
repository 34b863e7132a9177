using System.Diagnostics;

namespace Inference.Kernels.Gemm.Tiles;

/// <summary>
/// A row of the GEMM inventories of f32 and bf16: tiles of 1 … <see cref="MaxRows"/> rows by 1 … <see cref="MaxVectors"/> vectors. Where <see cref="Pairs"/> is set, each element of A
/// and B is a pair of bf16, the lower one first, that are neighbours along K: what blocks a product counts pairs then, and is the same code. C and what is added are f32.
/// </summary>
internal sealed unsafe class GemmF32Kernel(
    string name,
    IsaTier tier,
    bool supported,
    int maxRows,
    int maxVectors,
    int lanes,
    delegate*<delegate*<GemmF32Tile*, void>[]> tiles,
    bool pairs = false)
{
    private readonly delegate*<GemmF32Tile*, void>[] _tiles = supported ? WithinLimits(maxRows, maxVectors, lanes, tiles()) : [];

    public string Name { get; } = name;

    public IsaTier Tier { get; } = tier;

    public bool Supported { get; } = supported;

    /// <summary>Where what gives its tiles is.</summary>
    public nint Code { get; } = (nint)tiles;

    /// <summary>Whether elements of A and B are pairs of bf16.</summary>
    public bool Pairs { get; } = pairs;

    /// <summary>
    /// Elements of K that one tile may sum: a call into emitted code delays a garbage collection, so it stays within some microseconds even where B comes from memory.
    /// </summary>
    public nint MaxDepth { get; } = pairs ? 2048 : nint.MaxValue;

    public int MaxRows { get; } = maxRows;

    public int MaxVectors { get; } = maxVectors;

    public int Lanes { get; } = lanes;

    /// <summary>Columns of a full panel.</summary>
    public int PanelColumns => MaxVectors * Lanes;

    /// <summary>The tile of so many rows and vectors of columns; both 1 or more.</summary>
    public delegate*<GemmF32Tile*, void> Tile(int rows, int vectors)
    {
        KernelAssert.AtMost(rows, MaxRows);
        KernelAssert.AtMost(vectors, MaxVectors);
        return _tiles[((vectors - 1) * MaxRows) + rows - 1];
    }

    // Buffers on the stack are as large as the limits, and panels as wide.
    private static delegate*<GemmF32Tile*, void>[] WithinLimits(int maxRows, int maxVectors, int lanes, delegate*<GemmF32Tile*, void>[] tiles)
    {
        Debug.Assert(maxRows <= TileLimits.F32Rows && maxVectors <= TileLimits.Vectors && lanes <= TileLimits.Lanes, "a tile beyond TileLimits");
        Debug.Assert(tiles.Length >= maxRows * maxVectors, "an inventory row without all its tiles");
        return tiles;
    }
}
