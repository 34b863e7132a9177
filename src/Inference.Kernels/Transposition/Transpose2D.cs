using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Inference.Kernels.Simd;

namespace Inference.Kernels.Transposition;

/// <summary>y[c,r] = x[r,c] for elements of 1, 2, 4 and 8 bytes, in square blocks that both sides read and write by vectors.</summary>
internal static unsafe class Transpose2D
{
    // Blocks of 64 rows keep the lines that columns touch in the first-level cache.
    private const int RowBlock = 64;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(byte* x, nint ldx, byte* y, nint ldy, nint rows, nint columns, int elementSize)
    {
        KernelAssert.Matrix(x, rows, columns, ldx);
        KernelAssert.Matrix(y, columns, rows, ldy);
        Debug.Assert(elementSize is 1 or 2 or 4 or 8, "elements of 1, 2, 4 or 8 bytes");
        for (nint r = 0; r < rows; r += RowBlock)
        {
            nint count = nint.Min(RowBlock, rows - r);
            byte* from = x + (r * ldx * elementSize);
            byte* to = y + (r * elementSize);
            switch (elementSize)
            {
                case 1:
                    Bytes(from, ldx, to, ldy, count, columns);
                    break;
                case 2:
                    Words((ushort*)from, ldx, (ushort*)to, ldy, count, columns);
                    break;
                case 4:
                    Doublewords((float*)from, ldx, (float*)to, ldy, count, columns);
                    break;
                default:
                    Scalar((ulong*)from, ldx, (ulong*)to, ldy, 0, count, 0, columns);
                    break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Doublewords(float* x, nint ldx, float* y, nint ldy, nint rows, nint columns)
    {
        nint unit = Avx.IsSupported ? 8 : 4;
        nint wholeRows = rows - (rows % unit);
        nint wholeColumns = columns - (columns % unit);
        for (nint c = 0; c < wholeColumns; c += unit)
        {
            if (Avx.IsSupported)
            {
                TransposeBlocks.Columns8(x + c, ldx, y + (c * ldy), ldy, wholeRows);
            }
            else
            {
                TransposeBlocks.Columns4(x + c, ldx, y + (c * ldy), ldy, wholeRows);
            }
        }

        Scalar((uint*)x, ldx, (uint*)y, ldy, 0, wholeRows, wholeColumns, columns);
        Scalar((uint*)x, ldx, (uint*)y, ldy, wholeRows, rows, 0, columns);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Bytes(byte* x, nint ldx, byte* y, nint ldy, nint rows, nint columns)
    {
        nint r16 = Zip.IsAccelerated ? rows & ~15 : 0;
        nint c16 = Zip.IsAccelerated ? columns & ~15 : 0;
        for (nint c = 0; c < c16; c += 16)
        {
            TransposeBlocks.Columns16(x + c, ldx, y + (c * ldy), ldy, r16);
        }

        Scalar(x, ldx, y, ldy, 0, r16, c16, columns);
        Scalar(x, ldx, y, ldy, r16, rows, 0, columns);
    }

    // n rounds of zips of rows i and i + 2^(n−1) transpose a block of 2^n × 2^n elements.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Words(ushort* x, nint ldx, ushort* y, nint ldy, nint rows, nint columns)
    {
        nint r8 = Zip.IsAccelerated ? rows & ~7 : 0;
        nint c8 = Zip.IsAccelerated ? columns & ~7 : 0;
        Vector128<ushort>* a = stackalloc Vector128<ushort>[8];
        Vector128<ushort>* b = stackalloc Vector128<ushort>[8];
        for (nint c = 0; c < c8; c += 8)
        {
            for (nint r = 0; r < r8; r += 8)
            {
                for (int i = 0; i < 4; i++)
                {
                    Vector128<ushort> low = Vector128.Load(x + ((r + i) * ldx) + c);
                    Vector128<ushort> high = Vector128.Load(x + ((r + i + 4) * ldx) + c);
                    a[2 * i] = Zip.Low16(low, high);
                    a[(2 * i) + 1] = Zip.High16(low, high);
                }

                for (int i = 0; i < 4; i++)
                {
                    b[2 * i] = Zip.Low16(a[i], a[i + 4]);
                    b[(2 * i) + 1] = Zip.High16(a[i], a[i + 4]);
                }

                for (int i = 0; i < 4; i++)
                {
                    Zip.Low16(b[i], b[i + 4]).Store(y + ((c + (2 * i)) * ldy) + r);
                    Zip.High16(b[i], b[i + 4]).Store(y + ((c + (2 * i) + 1) * ldy) + r);
                }
            }
        }

        Scalar(x, ldx, y, ldy, 0, r8, c8, columns);
        Scalar(x, ldx, y, ldy, r8, rows, 0, columns);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scalar<T>(T* x, nint ldx, T* y, nint ldy, nint r0, nint r1, nint c0, nint c1)
        where T : unmanaged
    {
        for (nint c = c0; c < c1; c++)
        {
            for (nint r = r0; r < r1; r++)
            {
                y[(c * ldy) + r] = x[(r * ldx) + c];
            }
        }
    }
}
