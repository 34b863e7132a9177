using System.Diagnostics;
using Inference.Kernels.Emit;

namespace Inference.Kernels.Quantized.Tiles;

/// <summary>A row of the integer GEMM inventory. All rows give the same integers.</summary>
internal sealed unsafe class GemmS32Kernel(
    string name, IsaTier tier, bool supported, int maxRows, int maxVectors, int lanes, int valuesPerStep,
    delegate*<delegate*<GemmS32Tile*, void>[]> managed, nint[]? emitted)
{
    private readonly delegate*<GemmS32Tile*, void>[]? _managed = WithinLimits(maxRows, maxVectors, lanes, managed == null || !supported ? null : managed());
    private readonly nint[]? _emitted = emitted;

    public string Name { get; } = name;

    public IsaTier Tier { get; } = tier;

    public bool Supported { get; } = supported;

    public int MaxRows { get; } = maxRows;

    public int MaxVectors { get; } = maxVectors;

    public int Lanes { get; } = lanes;

    /// <summary>Values of K in a step: 4 (u8 × s8) or 2 (s16 × s16).</summary>
    public int ValuesPerStep { get; } = valuesPerStep;

    public int PanelColumns => MaxVectors * Lanes;

    /// <summary>Where what gives its tiles is, or the first of those that were assembled; else 0.</summary>
    public nint Code { get; } = managed != null ? (nint)managed : emitted is null ? 0 : emitted[0];

    /// <summary>Of so many rows, those that tall tiles take; the rest, at the end, is for <see cref="Run"/>.</summary>
    public int TallRows(int rows, int vectors)
    {
        if (_emitted is null || rows <= MaxRows || VnniTiles.TallVectors(vectors) == 0)
        {
            return 0;
        }

        int rest = rows % VnniTiles.TallRows;
        return rest <= MaxRows ? rows - rest : rows;
    }

    /// <summary>Runs a tile of at most <see cref="MaxRows"/> rows.</summary>
    public void Run(GemmS32Tile* tile, int rows, int vectors)
    {
        KernelAssert.AtMost(rows, MaxRows);
        KernelAssert.AtMost(vectors, MaxVectors);
        if (_emitted is not null)
        {
            ((delegate* unmanaged[SuppressGCTransition]<GemmS32Tile*, void>)_emitted[VnniTiles.Index(rows, vectors)])(tile);
        }
        else
        {
            _managed![((vectors - 1) * MaxRows) + rows - 1](tile);
        }
    }

    /// <summary>Runs a tile of more rows over a part of the panel's vectors.</summary>
    public void RunTall(GemmS32Tile* tile, int rows, int vectors)
    {
        KernelAssert.AtMost(rows, TileLimits.S32TallRows);
        KernelAssert.AtMost(vectors, MaxVectors);
        ((delegate* unmanaged[SuppressGCTransition]<GemmS32Tile*, void>)_emitted![VnniTiles.Index(rows, vectors)])(tile);
    }

    private static delegate*<GemmS32Tile*, void>[]? WithinLimits(int maxRows, int maxVectors, int lanes, delegate*<GemmS32Tile*, void>[]? tiles)
    {
        Debug.Assert(maxRows <= TileLimits.S32Rows && maxVectors <= TileLimits.Vectors && lanes <= TileLimits.Lanes, "a tile beyond TileLimits");
        Debug.Assert(tiles is null || tiles.Length >= maxRows * maxVectors, "an inventory row without all its tiles");
        return tiles;
    }
}
