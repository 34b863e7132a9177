using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Inference.Kernels.Simd;

namespace Inference.Kernels.Transposition;

/// <summary>y[c,r] = x[r,c] for elements of 1, 2, 4 and 8 bytes, in square blocks that both sides read and write by vectors.</summary>
internal static unsafe class Transpose2D
{
    // Blocks of 64 rows keep the lines that columns touch in the first-level cache.
    private const int RowBlock = 64;

    public static void Run(byte* x, nint ldx, byte* y, nint ldy, nint rows, nint columns, int elementSize)
    {
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
        nint r4 = rows & ~3;
        nint c4 = columns & ~3;
        for (nint c = 0; c < c4; c += 4)
        {
            for (nint r = 0; r < r4; r += 4)
            {
                float* from = x + (r * ldx) + c;
                float* to = y + (c * ldy) + r;
                Vector128<float> a = Vector128.Load(from);
                Vector128<float> b = Vector128.Load(from + ldx);
                Vector128<float> d = Vector128.Load(from + (2 * ldx));
                Vector128<float> e = Vector128.Load(from + (3 * ldx));
                Transpose4x4.Run(ref a, ref b, ref d, ref e);
                a.Store(to);
                b.Store(to + ldy);
                d.Store(to + (2 * ldy));
                e.Store(to + (3 * ldy));
            }
        }

        Scalar((uint*)x, ldx, (uint*)y, ldy, 0, r4, c4, columns);
        Scalar((uint*)x, ldx, (uint*)y, ldy, r4, rows, 0, columns);
    }

    // n rounds of zips of rows i and i + 2^(n−1) transpose a block of 2^n × 2^n elements.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Bytes(byte* x, nint ldx, byte* y, nint ldy, nint rows, nint columns)
    {
        nint r16 = Zip.IsAccelerated ? rows & ~15 : 0;
        nint c16 = Zip.IsAccelerated ? columns & ~15 : 0;
        Vector128<byte>* a = stackalloc Vector128<byte>[16];
        Vector128<byte>* b = stackalloc Vector128<byte>[16];
        for (nint c = 0; c < c16; c += 16)
        {
            for (nint r = 0; r < r16; r += 16)
            {
                for (int i = 0; i < 8; i++)
                {
                    Vector128<byte> low = Vector128.Load(x + ((r + i) * ldx) + c);
                    Vector128<byte> high = Vector128.Load(x + ((r + i + 8) * ldx) + c);
                    a[2 * i] = Zip.Low8(low, high);
                    a[(2 * i) + 1] = Zip.High8(low, high);
                }

                for (int i = 0; i < 8; i++)
                {
                    b[2 * i] = Zip.Low8(a[i], a[i + 8]);
                    b[(2 * i) + 1] = Zip.High8(a[i], a[i + 8]);
                }

                for (int i = 0; i < 8; i++)
                {
                    a[2 * i] = Zip.Low8(b[i], b[i + 8]);
                    a[(2 * i) + 1] = Zip.High8(b[i], b[i + 8]);
                }

                for (int i = 0; i < 8; i++)
                {
                    Zip.Low8(a[i], a[i + 8]).Store(y + ((c + (2 * i)) * ldy) + r);
                    Zip.High8(a[i], a[i + 8]).Store(y + ((c + (2 * i) + 1) * ldy) + r);
                }
            }
        }

        Scalar(x, ldx, y, ldy, 0, r16, c16, columns);
        Scalar(x, ldx, y, ldy, r16, rows, 0, columns);
    }

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
