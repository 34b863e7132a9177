using System.Runtime.CompilerServices;
using Inference.Kernels.Gemm;
using Inference.Kernels.Gemm.Tiles;
using static Inference.Kernels.TileCounts;

namespace Inference.Kernels.Quantized.Tiles;

/// <summary>s16 × s16 → s32 tiles of M rows of A by vectors of a panel of B; see <see cref="GemmS32Tile"/>: pairs of A broadcast, vpmaddwd, exact.</summary>
internal static unsafe class GemmS32Tiles
{
    /// <summary>Tile for (vectors − 1) · 6 + (rows − 1).</summary>
    public static delegate*<GemmS32Tile*, void>[] Avx512()
    {
        var tiles = new delegate*<GemmS32Tile*, void>[24];
        Fill<PairTileRow512x1>(tiles, 0, 6);
        Fill<PairTileRow512x2>(tiles, 6, 6);
        Fill<PairTileRow512x3>(tiles, 12, 6);
        Fill<PairTileRow512x4>(tiles, 18, 6);
        return tiles;
    }

    /// <summary>Tile for (vectors − 1) · 4 + (rows − 1).</summary>
    public static delegate*<GemmS32Tile*, void>[] Avx2()
    {
        var tiles = new delegate*<GemmS32Tile*, void>[8];
        Fill<PairTileRow256x1>(tiles, 0, 4);
        Fill<PairTileRow256x2>(tiles, 4, 4);
        return tiles;
    }

    /// <summary>Tile for (vectors − 1) · 6 + (rows − 1).</summary>
    public static delegate*<GemmS32Tile*, void>[] Vector128()
    {
        var tiles = new delegate*<GemmS32Tile*, void>[24];
        Fill<PairTileRow128x1>(tiles, 0, 6);
        Fill<PairTileRow128x2>(tiles, 6, 6);
        Fill<PairTileRow128x3>(tiles, 12, 6);
        Fill<PairTileRow128x4>(tiles, 18, 6);
        return tiles;
    }

    private static void Fill<TRow>(delegate*<GemmS32Tile*, void>[] tiles, int at, int rows)
        where TRow : unmanaged, ITileRow<TRow>
    {
        tiles[at] = &Tile<One, TRow>;
        tiles[at + 1] = &Tile<Two, TRow>;
        tiles[at + 2] = &Tile<Three, TRow>;
        tiles[at + 3] = &Tile<Four, TRow>;
        if (rows > 4)
        {
            tiles[at + 4] = &Tile<Five, TRow>;
            tiles[at + 5] = &Tile<Six, TRow>;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile<M, TRow>(GemmS32Tile* t)
        where M : unmanaged
        where TRow : unmanaged, ITileRow<TRow>
    {
        float* b = (float*)t->Panel;
        byte* rows = (byte*)t->Rows;
        nint taps = t->Taps;
        nint depth = t->DepthBytes / sizeof(float);
        TileSums<TRow> c = default;
        c.Load<M>((float*)t->Init, t->InitStrideBytes / sizeof(float));
        do
        {
            float** row = (float**)rows;
            float* a0 = row[0];
            float* a1 = sizeof(M) > 1 ? row[1] : null;
            float* a2 = sizeof(M) > 2 ? row[2] : null;
            float* a3 = sizeof(M) > 3 ? row[3] : null;
            float* a4 = sizeof(M) > 4 ? row[4] : null;
            float* a5 = sizeof(M) > 5 ? row[5] : null;
            for (nint k = 0; k < depth; k++)
            {
                c.Fma<M>(b, k, a0, a1, a2, a3, a4, a5);
                b += sizeof(TRow) / sizeof(float);
            }

            rows += t->RowPitchBytes;
        }
        while (--taps > 0);

        c.Store<M>((float*)t->C, t->LdcBytes / sizeof(float));
    }
}
