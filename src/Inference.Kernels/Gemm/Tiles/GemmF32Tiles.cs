using System.Runtime.CompilerServices;
using Inference.Kernels.Simd;
using static Inference.Kernels.TileCounts;

namespace Inference.Kernels.Gemm.Tiles;

/// <summary>
/// f32 GEMM tiles of M rows of A, broadcast, by vectors of a panel of B; see <see cref="GemmF32Tile"/>. One body for all sizes and widths: sizes are types
/// (<see cref="TileCounts"/>), so what a tile has no use for is left out when it is compiled, and each of its accumulators is a register.
/// </summary>
internal static unsafe class GemmF32Tiles
{
    /// <summary>Tile for (vectors − 1) · 6 + (rows − 1).</summary>
    public static delegate*<GemmF32Tile*, void>[] Avx512()
    {
        var tiles = new delegate*<GemmF32Tile*, void>[24];
        Fill<TileRow512x1, TileChains512>(tiles, 0);
        Fill<TileRow512x2, TileChains512>(tiles, 6);
        Fill<TileRow512x3, TileChains512>(tiles, 12);
        Fill<TileRow512x4, TileChains512>(tiles, 18);
        return tiles;
    }

    /// <summary>Tile for (vectors − 1) · 6 + (rows − 1).</summary>
    public static delegate*<GemmF32Tile*, void>[] Avx2()
    {
        var tiles = new delegate*<GemmF32Tile*, void>[12];
        Fill<TileRow256x1, TileChains256>(tiles, 0);
        Fill<TileRow256x2, TileChains256>(tiles, 6);
        return tiles;
    }

    /// <summary>Tile for (vectors − 1) · 6 + (rows − 1).</summary>
    public static delegate*<GemmF32Tile*, void>[] AdvSimd()
    {
        var tiles = new delegate*<GemmF32Tile*, void>[24];
        Fill<TileRow128x1, TileChains128>(tiles, 0);
        Fill<TileRow128x2, TileChains128>(tiles, 6);
        Fill<TileRow128x3, TileChains128>(tiles, 12);
        Fill<TileRow128x4, TileChains128>(tiles, 18);
        return tiles;
    }

    private static void Fill<TRow, TChains>(delegate*<GemmF32Tile*, void>[] tiles, int at)
        where TRow : unmanaged, IFloatTileRow<TRow>
        where TChains : unmanaged
    {
        tiles[at] = &Tile<One, TRow, TChains>;
        tiles[at + 1] = &Tile<Two, TRow, TChains>;
        tiles[at + 2] = &Tile<Three, TRow, TChains>;
        tiles[at + 3] = &Tile<Four, TRow, TChains>;
        tiles[at + 4] = &Tile<Five, TRow, TChains>;
        tiles[at + 5] = &Tile<Six, TRow, TChains>;
    }

    // TChains are as many sums as hide the latency of one: smaller tiles split K over two or four sets of them.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile<M, TRow, TChains>(GemmF32Tile* t)
        where M : unmanaged
        where TRow : unmanaged, IFloatTileRow<TRow>
        where TChains : unmanaged
    {
        float* b = t->Panel;
        nint ldb = t->PanelStride;
        float** rows = t->Rows;
        nint taps = t->Taps;
        nint depth = t->Depth;
        byte* ahead = t->Ahead;
        nint aheadStep = t->AheadStep;
        TileSums<TRow> c = default;
        TileSums<TRow> d = default;
        TileSums<TRow> e = default;
        TileSums<TRow> f = default;
        if (t->Bias != null)
        {
            c.Load<M>(t->Bias, 0);
        }

        if (t->Init != null)
        {
            AddRows<M, TRow>(ref c, t->Init, t->InitStride);
        }

        if (t->RowBias != null)
        {
            AddColumn<M, TRow>(ref c, t->RowBias);
        }

        do
        {
            float* a0 = rows[0];
            float* a1 = sizeof(M) > 1 ? rows[1] : null;
            float* a2 = sizeof(M) > 2 ? rows[2] : null;
            float* a3 = sizeof(M) > 3 ? rows[3] : null;
            float* a4 = sizeof(M) > 4 ? rows[4] : null;
            float* a5 = sizeof(M) > 5 ? rows[5] : null;
            nint k = 0;
            if (4 * sizeof(M) * sizeof(TRow) <= sizeof(TChains))
            {
                for (; k <= depth - 4; k += 4)
                {
                    c.Fma<M>(b, k, a0, a1, a2, a3, a4, a5);
                    b += ldb;
                    d.Fma<M>(b, k + 1, a0, a1, a2, a3, a4, a5);
                    b += ldb;
                    e.Fma<M>(b, k + 2, a0, a1, a2, a3, a4, a5);
                    b += ldb;
                    f.Fma<M>(b, k + 3, a0, a1, a2, a3, a4, a5);
                    b += ldb;
                }
            }
            else if (2 * sizeof(M) * sizeof(TRow) <= sizeof(TChains))
            {
                for (; k <= depth - 2; k += 2)
                {
                    c.Fma<M>(b, k, a0, a1, a2, a3, a4, a5);
                    b += ldb;
                    d.Fma<M>(b, k + 1, a0, a1, a2, a3, a4, a5);
                    b += ldb;
                }
            }
            else if (2 * sizeof(M) * sizeof(TRow) < 3 * sizeof(TChains))
            {
                // Larger tiles have enough to do in one step.
                for (; k <= depth - 2; k += 2)
                {
                    c.Fma<M>(b, k, a0, a1, a2, a3, a4, a5);
                    b += ldb;
                    c.Fma<M>(b, k + 1, a0, a1, a2, a3, a4, a5);
                    b += ldb;
                }
            }

            for (; k < depth; k++)
            {
                if (2 * sizeof(M) * sizeof(TRow) >= 3 * sizeof(TChains))
                {
                    Prefetch.Line(ahead);
                    ahead += aheadStep;
                }

                c.Fma<M>(b, k, a0, a1, a2, a3, a4, a5);
                b += ldb;
            }

            rows += t->RowPitch;
        }
        while (--taps > 0);

        if (4 * sizeof(M) * sizeof(TRow) <= sizeof(TChains))
        {
            Add<M, TRow>(ref c, in e);
            Add<M, TRow>(ref d, in f);
        }

        if (2 * sizeof(M) * sizeof(TRow) <= sizeof(TChains))
        {
            Add<M, TRow>(ref c, in d);
        }

        if (t->Clip)
        {
            Clip<M, TRow>(ref c, t->Min, t->Max);
        }

        c.Store<M>(t->C, t->Ldc);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<M, TRow>(ref TileSums<TRow> c, in TileSums<TRow> x)
        where M : unmanaged
        where TRow : unmanaged, IFloatTileRow<TRow>
    {
        c.R0.Add(in x.R0);

        if (sizeof(M) > 1)
        {
            c.R1.Add(in x.R1);
        }

        if (sizeof(M) > 2)
        {
            c.R2.Add(in x.R2);
        }

        if (sizeof(M) > 3)
        {
            c.R3.Add(in x.R3);
        }

        if (sizeof(M) > 4)
        {
            c.R4.Add(in x.R4);
        }

        if (sizeof(M) > 5)
        {
            c.R5.Add(in x.R5);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddRows<M, TRow>(ref TileSums<TRow> c, float* from, nint stride)
        where M : unmanaged
        where TRow : unmanaged, IFloatTileRow<TRow>
    {
        c.R0.Add(from);

        if (sizeof(M) > 1)
        {
            c.R1.Add(from + stride);
        }

        if (sizeof(M) > 2)
        {
            c.R2.Add(from + (2 * stride));
        }

        if (sizeof(M) > 3)
        {
            c.R3.Add(from + (3 * stride));
        }

        if (sizeof(M) > 4)
        {
            c.R4.Add(from + (4 * stride));
        }

        if (sizeof(M) > 5)
        {
            c.R5.Add(from + (5 * stride));
        }
    }

    // x[i] to row i.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddColumn<M, TRow>(ref TileSums<TRow> c, float* x)
        where M : unmanaged
        where TRow : unmanaged, IFloatTileRow<TRow>
    {
        c.R0.Add(x[0]);

        if (sizeof(M) > 1)
        {
            c.R1.Add(x[1]);
        }

        if (sizeof(M) > 2)
        {
            c.R2.Add(x[2]);
        }

        if (sizeof(M) > 3)
        {
            c.R3.Add(x[3]);
        }

        if (sizeof(M) > 4)
        {
            c.R4.Add(x[4]);
        }

        if (sizeof(M) > 5)
        {
            c.R5.Add(x[5]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Clip<M, TRow>(ref TileSums<TRow> c, float low, float high)
        where M : unmanaged
        where TRow : unmanaged, IFloatTileRow<TRow>
    {
        c.R0.Clip(low, high);

        if (sizeof(M) > 1)
        {
            c.R1.Clip(low, high);
        }

        if (sizeof(M) > 2)
        {
            c.R2.Clip(low, high);
        }

        if (sizeof(M) > 3)
        {
            c.R3.Clip(low, high);
        }

        if (sizeof(M) > 4)
        {
            c.R4.Clip(low, high);
        }

        if (sizeof(M) > 5)
        {
            c.R5.Clip(low, high);
        }
    }
}
