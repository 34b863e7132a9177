using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Inference.Kernels.Simd;

namespace Inference.Kernels.Transposition;

/// <summary>y[c,r] = x[r,c] for elements of 1, 2, 4 and 8 bytes, in square blocks that both sides read and write by vectors.</summary>
internal static unsafe class Transpose2D
{
    internal static readonly RowKernel Bytes = RowKernel.Of(
        "transpose_b8", [new(IsaTier.AdvSimd, Zip.IsAccelerated, &SixteenBytes, "16x16_vector128"), new(IsaTier.Scalar, true, &Scalar<byte>)]);

    internal static readonly RowKernel Words = RowKernel.Of(
        "transpose_b16", [new(IsaTier.AdvSimd, Zip.IsAccelerated, &EightWords, "8x8_vector128"), new(IsaTier.Scalar, true, &Scalar<ushort>)]);

    internal static readonly RowKernel Doublewords = RowKernel.Of(
        "transpose_b32",
        [
            new(IsaTier.Avx2, Avx2.IsSupported, &Eights, "8x8_avx2"),
            new(IsaTier.AdvSimd, Zip.IsAccelerated, &Fours, "4x4_vector128"),
            new(IsaTier.Scalar, true, &Scalar<uint>),
        ]);

    internal static readonly RowKernel Quadwords = RowKernel.Of(
        "transpose_b64", [new(IsaTier.Avx2, Avx2.IsSupported, &Quads, "4x4_avx2"), new(IsaTier.Scalar, true, &Scalar<ulong>)]);

    // Blocks of 64 rows keep the lines that columns touch in the first-level cache.
    private const int RowBlock = 64;

    // Rows of a last block that is moved back over the one before it: whole squares instead of single elements.
    private const int LeastRows = 16;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(byte* x, nint ldx, byte* y, nint ldy, nint rows, nint columns, int elementSize)
    {
        KernelAssert.Matrix(x, rows, columns, ldx);
        KernelAssert.Matrix(y, columns, rows, ldy);
        Debug.Assert(elementSize is 1 or 2 or 4 or 8, "elements of 1, 2, 4 or 8 bytes");
        if (NarrowTranspose.Suits(ldx, ldy, rows, columns, elementSize))
        {
            NarrowTranspose.Run(x, ldx, y, ldy, rows, columns, elementSize);
            return;
        }

        RowKernel kernel = elementSize switch { 1 => Bytes, 2 => Words, 4 => Doublewords, _ => Quadwords };
        for (nint r = 0; r < rows; r += RowBlock)
        {
            nint count = nint.Min(RowBlock, rows - r);
            nint whole = (count + LeastRows - 1) / LeastRows * LeastRows;
            if (whole != count && whole <= rows)
            {
                r = rows - whole;
                count = whole;
            }

            var job = new Job { X = x + (r * ldx * elementSize), Ldx = ldx, Y = y + (r * elementSize), Ldy = ldy, Columns = columns };
            kernel.Best(&job, 0, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Eights(void* state, nint first, nint rows)
    {
        ref readonly Job job = ref *(Job*)state;
        for (nint c = 0; c < job.Columns && job.Columns >= 8; c += 8)
        {
            // The last columns go over the block before them.
            c = nint.Min(c, job.Columns - 8);
            TransposeBlocks.Columns8((float*)job.X + c, job.Ldx, (float*)job.Y + (c * job.Ldy), job.Ldy, rows & ~7);
        }

        Rest<uint>(in job, rows, 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Fours(void* state, nint first, nint rows)
    {
        ref readonly Job job = ref *(Job*)state;
        for (nint c = 0; c < job.Columns && job.Columns >= 4; c += 4)
        {
            c = nint.Min(c, job.Columns - 4);
            TransposeBlocks.Columns4((float*)job.X + c, job.Ldx, (float*)job.Y + (c * job.Ldy), job.Ldy, rows & ~3);
        }

        Rest<uint>(in job, rows, 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SixteenBytes(void* state, nint first, nint rows)
    {
        ref readonly Job job = ref *(Job*)state;
        for (nint c = 0; c < job.Columns && job.Columns >= 16; c += 16)
        {
            c = nint.Min(c, job.Columns - 16);
            TransposeBlocks.Columns16(job.X + c, job.Ldx, job.Y + (c * job.Ldy), job.Ldy, rows & ~15);
        }

        Rest<byte>(in job, rows, 16);
    }

    // n rounds of zips of rows i and i + 2^(n−1) transpose a block of 2^n × 2^n elements.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EightWords(void* state, nint first, nint rows)
    {
        ref readonly Job job = ref *(Job*)state;
        ushort* x = (ushort*)job.X;
        ushort* y = (ushort*)job.Y;
        nint ldx = job.Ldx;
        nint ldy = job.Ldy;
        Vector128<ushort>* a = stackalloc Vector128<ushort>[8];
        Vector128<ushort>* b = stackalloc Vector128<ushort>[8];
        for (nint c = 0; c < job.Columns && job.Columns >= 8; c += 8)
        {
            c = nint.Min(c, job.Columns - 8);
            for (nint r = 0; r <= rows - 8; r += 8)
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

        Rest<ushort>(in job, rows, 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Quads(void* state, nint first, nint rows)
    {
        ref readonly Job job = ref *(Job*)state;
        double* x = (double*)job.X;
        double* y = (double*)job.Y;
        for (nint c = 0; c < job.Columns && job.Columns >= 4; c += 4)
        {
            c = nint.Min(c, job.Columns - 4);
            for (nint r = 0; r <= rows - 4; r += 4)
            {
                double* from = x + (r * job.Ldx) + c;
                double* to = y + (c * job.Ldy) + r;
                Vector256<double> a = Vector256.Load(from);
                Vector256<double> b = Vector256.Load(from + job.Ldx);
                Vector256<double> d = Vector256.Load(from + (2 * job.Ldx));
                Vector256<double> e = Vector256.Load(from + (3 * job.Ldx));
                Vector256<double> low = Avx.UnpackLow(a, b);
                Vector256<double> high = Avx.UnpackHigh(a, b);
                Vector256<double> low2 = Avx.UnpackLow(d, e);
                Vector256<double> high2 = Avx.UnpackHigh(d, e);
                Avx.Permute2x128(low, low2, 0x20).Store(to);
                Avx.Permute2x128(high, high2, 0x20).Store(to + job.Ldy);
                Avx.Permute2x128(low, low2, 0x31).Store(to + (2 * job.Ldy));
                Avx.Permute2x128(high, high2, 0x31).Store(to + (3 * job.Ldy));
            }
        }

        Rest<ulong>(in job, rows, 4);
    }

    private static void Scalar<T>(void* state, nint first, nint rows)
        where T : unmanaged => Part<T>(in *(Job*)state, 0, rows, 0);

    // What is left of whole blocks of so many rows and columns.
    private static void Rest<T>(in Job job, nint rows, int block)
        where T : unmanaged
    {
        nint wholeRows = rows & -block;
        Part<T>(in job, 0, wholeRows, job.Columns >= block ? job.Columns : 0);
        Part<T>(in job, wholeRows, rows, 0);
    }

    // Rows r0 to r1 − 1 of columns c0 on.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Part<T>(in Job job, nint r0, nint r1, nint c0)
        where T : unmanaged
    {
        T* x = (T*)job.X;
        T* y = (T*)job.Y;
        nint ldx = job.Ldx;
        nint ldy = job.Ldy;
        nint columns = job.Columns;
        for (nint c = c0; c < columns; c++)
        {
            for (nint r = r0; r < r1; r++)
            {
                y[(c * ldy) + r] = x[(r * ldx) + c];
            }
        }
    }

    // Rows of x from the first one on, as many as the body is told; strides in elements.
    private struct Job
    {
        public byte* X;
        public nint Ldx;
        public byte* Y;
        public nint Ldy;
        public nint Columns;
    }
}
