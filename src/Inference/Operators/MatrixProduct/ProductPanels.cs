using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Threading;

namespace Inference.Operators.MatrixProduct;

/// <summary>
/// C[M,N] += α·op(A)·op(B) by panels of B's columns, two vectors wide. A panel's part of at most <see cref="Depth"/> rows is packed where it serves several rows of A, or has to be transposed or
/// filled up; four rows of C stay in registers while they pass over it. Each element of C is summed in the order of k.
/// </summary>
internal unsafe struct ProductPanels<C, W, V> : IBlockAction
    where C : unmanaged, INumber<C>
    where W : struct, IWideVector<C, V>
    where V : struct
{
    public C* A;
    public C* B;
    public C* To;

    // Strides of op(A) and op(B), elements.
    public long RowOfA, ColumnOfA, RowOfB, ColumnOfB, RowOfC;
    public long M, N, K;
    public C Alpha;

    // Rows of a panel that are packed at once: with the widest vectors 16 KB, which leaves half of the first cache to A and C.
    private const int Depth = 128;

    // Rows of C at a time: eight where there are registers for them, then four, then single ones; and how many rows make packing pay.
    private const int TallRows = 8;
    private const int TileRows = 4;
    private const int RowsToPack = 8;

    private static int Lanes => Unsafe.SizeOf<V>() / sizeof(C);

    private static int Columns => 2 * Lanes;

    public readonly int Panels => (int)((N + Columns - 1) / Columns);

    /// <summary>Computes a panel.</summary>
    public readonly void Invoke(int block)
    {
        C* packed = stackalloc C[Depth * Columns];
        C* edge = stackalloc C[TallRows * Columns];
        C* scaled = stackalloc C[TallRows * Depth];
        long first = (long)block * Columns;
        int columns = (int)Math.Min(Columns, N - first);
        bool packs = ColumnOfB != 1 || columns < Columns || M >= RowsToPack;
        var work = default(WorkCounter);
        for (long p = 0; p < K; p += Depth)
        {
            int depth = (int)Math.Min(Depth, K - p);
            C* panel = B + (p * RowOfB) + (first * ColumnOfB);
            if (packs)
            {
                Pack(panel, packed, depth, columns);
            }

            int rows;
            for (long i = 0; i < M; i += rows)
            {
                rows = (int)Math.Min(W.IsWide && M - i >= TallRows ? TallRows : TileRows, M - i);
                work.Add(rows + ((long)rows * depth * Columns / WorkCounter.MultiplyAdds));
                C* to = To + (i * RowOfC) + first;
                C* target = columns < Columns ? edge : to;
                long stride = columns < Columns ? Columns : RowOfC;
                if (columns < Columns)
                {
                    Copy(to, RowOfC, edge, Columns, rows, columns);
                }

                C* a = A + (i * RowOfA) + (p * ColumnOfA);
                long rowOfA = RowOfA;
                long columnOfA = ColumnOfA;
                if (Alpha != C.One)
                {
                    Scale(a, scaled, rows, depth);
                    a = scaled;
                    rowOfA = Depth;
                    columnOfA = 1;
                }

                C* from = packs ? packed : panel;
                long rowOfPanel = packs ? Columns : RowOfB;
                if (rows == TallRows)
                {
                    Tall(a, rowOfA, columnOfA, from, rowOfPanel, target, stride, depth);
                }
                else if (rows == TileRows)
                {
                    Tile(a, rowOfA, columnOfA, from, rowOfPanel, target, stride, depth);
                }
                else
                {
                    for (int r = 0; r < rows; r++)
                    {
                        Row(a + (r * rowOfA), columnOfA, from, rowOfPanel, target + (r * stride), depth);
                    }
                }

                if (columns < Columns)
                {
                    Copy(edge, Columns, to, RowOfC, rows, columns);
                }
            }
        }
    }

    private static void Copy(C* from, long rowOfFrom, C* to, long rowOfTo, int rows, int columns)
    {
        for (int r = 0; r < rows; r++)
        {
            new ReadOnlySpan<C>(from + (r * rowOfFrom), columns).CopyTo(new Span<C>(to + (r * rowOfTo), columns));
        }
    }

    private readonly void Scale(C* a, C* scaled, int rows, int depth)
    {
        for (int r = 0; r < rows; r++)
        {
            for (int p = 0; p < depth; p++)
            {
                scaled[(r * Depth) + p] = Alpha * a[(r * RowOfA) + (p * ColumnOfA)];
            }
        }
    }

    private readonly void Pack(C* panel, C* packed, int depth, int columns)
    {
        if (ColumnOfB == 1 && columns == Columns)
        {
            for (int p = 0; p < depth; p++, panel += RowOfB, packed += Columns)
            {
                W.Store(packed, W.Load(panel));
                W.Store(packed + Lanes, W.Load(panel + Lanes));
            }

            return;
        }

        for (int p = 0; p < depth; p++)
        {
            C* row = packed + (p * Columns);
            C* from = panel + (p * RowOfB);
            if (ColumnOfB == 1)
            {
                new ReadOnlySpan<C>(from, columns).CopyTo(new Span<C>(row, columns));
            }
            else
            {
                for (int j = 0; j < columns; j++)
                {
                    row[j] = from[j * ColumnOfB];
                }
            }

            new Span<C>(row + columns, Columns - columns).Clear();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile(C* a, long row, long column, C* panel, long rowOfPanel, C* c, long rowOfC, int depth)
    {
        C* c1 = c + rowOfC;
        C* c2 = c1 + rowOfC;
        C* c3 = c2 + rowOfC;
        int lanes = Lanes;
        (V s00, V s01, V s10, V s11) = (W.Load(c), W.Load(c + lanes), W.Load(c1), W.Load(c1 + lanes));
        (V s20, V s21, V s30, V s31) = (W.Load(c2), W.Load(c2 + lanes), W.Load(c3), W.Load(c3 + lanes));
        for (int p = 0; p < depth; p++)
        {
            V b0 = W.Load(panel);
            V b1 = W.Load(panel + lanes);
            V x = W.Splat(a[0]);
            s00 = W.AddProduct(s00, x, b0);
            s01 = W.AddProduct(s01, x, b1);
            x = W.Splat(a[row]);
            s10 = W.AddProduct(s10, x, b0);
            s11 = W.AddProduct(s11, x, b1);
            x = W.Splat(a[2 * row]);
            s20 = W.AddProduct(s20, x, b0);
            s21 = W.AddProduct(s21, x, b1);
            x = W.Splat(a[3 * row]);
            s30 = W.AddProduct(s30, x, b0);
            s31 = W.AddProduct(s31, x, b1);
            a += column;
            panel += rowOfPanel;
        }

        W.Store(c, s00);
        W.Store(c + lanes, s01);
        W.Store(c1, s10);
        W.Store(c1 + lanes, s11);
        W.Store(c2, s20);
        W.Store(c2 + lanes, s21);
        W.Store(c3, s30);
        W.Store(c3 + lanes, s31);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tall(C* a, long row, long column, C* panel, long rowOfPanel, C* c, long rowOfC, int depth)
    {
        int lanes = Lanes;
        C* e = a + (4 * row);
        (V s00, V s01) = (W.Load(c), W.Load(c + lanes));
        (V s10, V s11) = (W.Load(c + rowOfC), W.Load(c + rowOfC + lanes));
        (V s20, V s21) = (W.Load(c + (2 * rowOfC)), W.Load(c + (2 * rowOfC) + lanes));
        (V s30, V s31) = (W.Load(c + (3 * rowOfC)), W.Load(c + (3 * rowOfC) + lanes));
        (V s40, V s41) = (W.Load(c + (4 * rowOfC)), W.Load(c + (4 * rowOfC) + lanes));
        (V s50, V s51) = (W.Load(c + (5 * rowOfC)), W.Load(c + (5 * rowOfC) + lanes));
        (V s60, V s61) = (W.Load(c + (6 * rowOfC)), W.Load(c + (6 * rowOfC) + lanes));
        (V s70, V s71) = (W.Load(c + (7 * rowOfC)), W.Load(c + (7 * rowOfC) + lanes));
        for (int p = 0; p < depth; p++)
        {
            V b0 = W.Load(panel);
            V b1 = W.Load(panel + lanes);
            V x = W.Splat(a[0]);
            s00 = W.AddProduct(s00, x, b0);
            s01 = W.AddProduct(s01, x, b1);
            x = W.Splat(a[row]);
            s10 = W.AddProduct(s10, x, b0);
            s11 = W.AddProduct(s11, x, b1);
            x = W.Splat(a[2 * row]);
            s20 = W.AddProduct(s20, x, b0);
            s21 = W.AddProduct(s21, x, b1);
            x = W.Splat(a[3 * row]);
            s30 = W.AddProduct(s30, x, b0);
            s31 = W.AddProduct(s31, x, b1);
            x = W.Splat(e[0]);
            s40 = W.AddProduct(s40, x, b0);
            s41 = W.AddProduct(s41, x, b1);
            x = W.Splat(e[row]);
            s50 = W.AddProduct(s50, x, b0);
            s51 = W.AddProduct(s51, x, b1);
            x = W.Splat(e[2 * row]);
            s60 = W.AddProduct(s60, x, b0);
            s61 = W.AddProduct(s61, x, b1);
            x = W.Splat(e[3 * row]);
            s70 = W.AddProduct(s70, x, b0);
            s71 = W.AddProduct(s71, x, b1);
            a += column;
            e += column;
            panel += rowOfPanel;
        }

        W.Store(c, s00);
        W.Store(c + lanes, s01);
        W.Store(c + rowOfC, s10);
        W.Store(c + rowOfC + lanes, s11);
        W.Store(c + (2 * rowOfC), s20);
        W.Store(c + (2 * rowOfC) + lanes, s21);
        W.Store(c + (3 * rowOfC), s30);
        W.Store(c + (3 * rowOfC) + lanes, s31);
        W.Store(c + (4 * rowOfC), s40);
        W.Store(c + (4 * rowOfC) + lanes, s41);
        W.Store(c + (5 * rowOfC), s50);
        W.Store(c + (5 * rowOfC) + lanes, s51);
        W.Store(c + (6 * rowOfC), s60);
        W.Store(c + (6 * rowOfC) + lanes, s61);
        W.Store(c + (7 * rowOfC), s70);
        W.Store(c + (7 * rowOfC) + lanes, s71);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row(C* a, long column, C* panel, long rowOfPanel, C* c, int depth)
    {
        int lanes = Lanes;
        V s0 = W.Load(c);
        V s1 = W.Load(c + lanes);
        for (int p = 0; p < depth; p++)
        {
            V x = W.Splat(a[p * column]);
            s0 = W.AddProduct(s0, x, W.Load(panel));
            s1 = W.AddProduct(s1, x, W.Load(panel + lanes));
            panel += rowOfPanel;
        }

        W.Store(c, s0);
        W.Store(c + lanes, s1);
    }
}
