using System.Runtime.CompilerServices;

namespace Inference.Kernels.Gemm.Tiles;

/// <summary>The sums of a tile: 1 to 6 rows, M of them in use (<see cref="TileCounts"/>).</summary>
internal unsafe struct TileSums<TRow>
    where TRow : unmanaged, ITileRow<TRow>
{
    public TRow R0;
    public TRow R1;
    public TRow R2;
    public TRow R3;
    public TRow R4;
    public TRow R5;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Load<M>(float* from, nint stride)
        where M : unmanaged
    {
        R0.Load(from);

        if (sizeof(M) > 1)
        {
            R1.Load(from + stride);
        }

        if (sizeof(M) > 2)
        {
            R2.Load(from + (2 * stride));
        }

        if (sizeof(M) > 3)
        {
            R3.Load(from + (3 * stride));
        }

        if (sizeof(M) > 4)
        {
            R4.Load(from + (4 * stride));
        }

        if (sizeof(M) > 5)
        {
            R5.Load(from + (5 * stride));
        }
    }

    /// <summary>Adds the product of column k of A, rows a0 … a5, and a row of the panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Fma<M>(float* panel, nint k, float* a0, float* a1, float* a2, float* a3, float* a4, float* a5)
        where M : unmanaged
    {
        TRow w = default;
        w.Load(panel);
        R0.Fma(a0[k], in w);

        if (sizeof(M) > 1)
        {
            R1.Fma(a1[k], in w);
        }

        if (sizeof(M) > 2)
        {
            R2.Fma(a2[k], in w);
        }

        if (sizeof(M) > 3)
        {
            R3.Fma(a3[k], in w);
        }

        if (sizeof(M) > 4)
        {
            R4.Fma(a4[k], in w);
        }

        if (sizeof(M) > 5)
        {
            R5.Fma(a5[k], in w);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store<M>(float* to, nint stride)
        where M : unmanaged
    {
        R0.Store(to);

        if (sizeof(M) > 1)
        {
            R1.Store(to + stride);
        }

        if (sizeof(M) > 2)
        {
            R2.Store(to + (2 * stride));
        }

        if (sizeof(M) > 3)
        {
            R3.Store(to + (3 * stride));
        }

        if (sizeof(M) > 4)
        {
            R4.Store(to + (4 * stride));
        }

        if (sizeof(M) > 5)
        {
            R5.Store(to + (5 * stride));
        }
    }
}
