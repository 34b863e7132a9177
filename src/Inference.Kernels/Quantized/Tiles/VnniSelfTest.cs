using Inference.Kernels.Emit;
using Inference.Kernels.Memory;

namespace Inference.Kernels.Quantized.Tiles;

/// <summary>Runs each emitted tile on values that reach every extreme and compares with the scalar tile.</summary>
internal static unsafe class VnniSelfTest
{
    private const int TapCount = 2;
    private const int Columns = 16 * VnniTiles.MaxVectors;

    public static bool Passes(nint[] entries)
    {
        // Depths of 1 to 5 steps pass through the unrolled loop, its remainder, and neither.
        const int MaxDepth = 20;
        using var a = new AlignedScratch<byte>(VnniTiles.TallRows * TapCount * MaxDepth);
        using var b = new AlignedScratch<byte>(TapCount * MaxDepth * Columns);
        using var got = new AlignedScratch<int>(VnniTiles.TallRows * Columns);
        using var want = new AlignedScratch<int>(VnniTiles.TallRows * Columns);
        using var init = new AlignedScratch<int>(Columns);
        Fill(a.Span, 1);
        Fill(b.Span, 2);
        for (int j = 0; j < Columns; j++)
        {
            init.Pointer[j] = (j * 7919) - int.MaxValue;
        }

        byte** rows = stackalloc byte*[VnniTiles.TallRows * TapCount];
        for (int i = 0; i < VnniTiles.TallRows * TapCount; i++)
        {
            rows[i] = a.Pointer + (i * MaxDepth);
        }

        GemmS32Tile tile = default;
        tile.Rows = rows;
        tile.RowPitchBytes = VnniTiles.TallRows * sizeof(byte*);
        tile.Taps = TapCount;
        for (int vectors = 1; vectors <= VnniTiles.MaxVectors; vectors++)
        {
            tile.LdcBytes = vectors * 64;
            for (int depth = 4; depth <= MaxDepth; depth += 4)
            {
                tile.DepthBytes = depth;
                tile.C = want.Pointer;
                tile.Panel = b.Pointer;
                tile.Init = init.Pointer;
                // Fewer rows are the first rows of all.
                GemmS32TilesScalar.Run(&tile, VnniTiles.TallRows, vectors * 16);
                for (int count = 1; count <= VnniTiles.TallRows; count++)
                {
                    nint entry = entries[VnniTiles.Index(count, vectors)];
                    // A tall tile takes a part of the panel's vectors: all parts together are the wide one's.
                    int step = count <= VnniTiles.WideRows ? vectors : VnniTiles.TallVectors(vectors);
                    for (int v = 0; v < vectors && entry != 0; v += step)
                    {
                        tile.C = got.Pointer + (16 * v);
                        tile.Panel = b.Pointer + (64 * v);
                        tile.Init = init.Pointer + (16 * v);
                        ((delegate* unmanaged[SuppressGCTransition]<GemmS32Tile*, void>)entry)(&tile);
                    }

                    if (entry != 0 && !got.Span[..(count * vectors * 16)].SequenceEqual(want.Span[..(count * vectors * 16)]))
                    {
                        return false;
                    }
                }
            }
        }

        return true;
    }

    internal static void Fill(Span<byte> bytes, uint state)
    {
        foreach (ref byte x in bytes)
        {
            state = (state * 1664525) + 1013904223;
            // A quarter of the values are extremes.
            x = (state >> 30) switch { 0 => 0x80, 1 => 0xFF, _ => (byte)(state >> 20) };
        }
    }
}
