using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Inference.Kernels.Simd;
using Inference.Kernels.Threading;

namespace Inference.Kernels.BlockQuantized;

/// <summary>
/// Sums[m, n − first column of the job] = Σ_k X[m,k]·W[n,k] of few rows with a block-quantized W[N,K], which becomes f32 in registers. Each weight is rounded once, as a dequantized one; sums are in f32, their order
/// depends on the width of vectors. A vector's lanes are at most half a block.
/// </summary>
internal readonly unsafe struct BlockDotsBody : IIntBody
{
    internal static readonly RowKernel Kernel = RowKernel.OfInts<BlockDotsBody>("dot_f32_blocks");

    // Columns that one row is multiplied with at once.
    private const int Columns = 4;

    /// <summary>
    /// Copies rows of X[M,K] as a job has them: in steps of 2·lanes elements in the order of <see cref="ICodeForm.Load"/>, the last step padded with zeros; and writes which weights of the
    /// last step there are.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Arrange<F>(float* x, nint ldx, float* to, nint stored, float* mask, nint rows, nint k, int lanes)
        where F : struct, ICodeForm
    {
        nint rest = k % (2 * lanes);
        for (int j = 0; j < 2 * lanes; j++)
        {
            mask[j] = F.Place(j, lanes) < rest ? BitConverter.Int32BitsToSingle(-1) : 0f;
        }

        for (nint i = 0; i < rows; i++, x += ldx, to += stored)
        {
            LongLoop.Before(k);
            nint at = 0;
            for (; at < k - rest; at += 2 * lanes)
            {
                for (int j = 0; j < 2 * lanes; j++)
                {
                    to[at + j] = x[at + F.Place(j, lanes)];
                }
            }

            for (int j = 0; at < stored; at++, j++)
            {
                int place = F.Place(j, lanes);
                to[at] = place < rest ? x[k - rest + place] : 0f;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<S, V>(void* state, nint first, nint end)
        where S : struct, IIntSimd<V>
        where V : struct
    {
        ref readonly Job job = ref *(Job*)state;
        if (job.W.Bits == 4)
        {
            Range<NibbleCodes, S, V>(in job, first, end);
        }
        else
        {
            Range<ByteCodes, S, V>(in job, first, end);
        }
    }

    private static void Range<F, S, V>(in Job job, nint first, nint end)
        where F : struct, ICodeForm
        where S : struct, IIntSimd<V>
        where V : struct
    {
        for (nint n = first; n < end;)
        {
            nint columns = nint.Min(Columns, end - n);
            LongLoop.Before(columns * job.W.Depth * job.Rows);
            nint i = 0;
            for (; i <= job.Rows - 4; i += 4)
            {
                for (nint j = 0; j < columns; j++)
                {
                    FourRows<F, S, V>(in job, i, n + j);
                }
            }

            for (; i < job.Rows; i++)
            {
                if (columns == Columns)
                {
                    FourColumns<F, S, V>(in job, i, n);
                    continue;
                }

                for (nint j = 0; j < columns; j++)
                {
                    OneColumn<F, S, V>(in job, i, n + j);
                }
            }

            n += columns;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourRows<F, S, V>(in Job job, nint i, nint n)
        where F : struct, ICodeForm
        where S : struct, IIntSimd<V>
        where V : struct
    {
        ref readonly BlockQuantizedMatrix w = ref job.W;
        nint k = w.Depth;
        float* x0 = job.X + (i * job.Stored);
        float* x1 = x0 + job.Stored;
        float* x2 = x1 + job.Stored;
        float* x3 = x2 + job.Stored;
        V s0 = S.Splat(0f);
        V s1 = s0;
        V s2 = s0;
        V s3 = s0;
        V t0 = s0;
        V t1 = s0;
        V t2 = s0;
        V t3 = s0;
        nint blocks = job.Blocks;
        byte* codes = w.Codes + (n * blocks * (w.BlockSize * F.Bits / 8));
        byte* zeros = Zeros<F>(in job, n);
        float* scales = w.Scales + (n * blocks);
        nint whole = k - (k % (2 * S.Lanes));
        nint at = 0;
        for (nint block = 0; at < whole; block++)
        {
            V scale = S.Splat(scales[block]);
            int zero = Zero<F>(zeros, block);
            for (nint stop = nint.Min(whole, at + w.BlockSize); at < stop; at += 2 * S.Lanes, codes += 2 * S.Lanes * F.Bits / 8)
            {
                F.Load<S, V>(codes, zero, scale, out V a, out V b);
                s0 = S.Fma(S.Load(x0 + at), a, s0);
                s1 = S.Fma(S.Load(x1 + at), a, s1);
                s2 = S.Fma(S.Load(x2 + at), a, s2);
                s3 = S.Fma(S.Load(x3 + at), a, s3);
                t0 = S.Fma(S.Load(x0 + at + S.Lanes), b, t0);
                t1 = S.Fma(S.Load(x1 + at + S.Lanes), b, t1);
                t2 = S.Fma(S.Load(x2 + at + S.Lanes), b, t2);
                t3 = S.Fma(S.Load(x3 + at + S.Lanes), b, t3);
            }
        }

        if (at < k)
        {
            F.Load<S, V>(codes, Zero<F>(zeros, at / w.BlockSize), S.Splat(scales[at / w.BlockSize]), out V a, out V b);
            a = S.And(a, S.Load(job.Mask));
            b = S.And(b, S.Load(job.Mask + S.Lanes));
            s0 = S.Fma(S.Load(x0 + at), a, s0);
            s1 = S.Fma(S.Load(x1 + at), a, s1);
            s2 = S.Fma(S.Load(x2 + at), a, s2);
            s3 = S.Fma(S.Load(x3 + at), a, s3);
            t0 = S.Fma(S.Load(x0 + at + S.Lanes), b, t0);
            t1 = S.Fma(S.Load(x1 + at + S.Lanes), b, t1);
            t2 = S.Fma(S.Load(x2 + at + S.Lanes), b, t2);
            t3 = S.Fma(S.Load(x3 + at + S.Lanes), b, t3);
        }

        float* parts = stackalloc float[4 * TileLimits.Lanes];
        S.Store(parts, S.Add(s0, t0));
        S.Store(parts + S.Lanes, S.Add(s1, t1));
        S.Store(parts + (2 * S.Lanes), S.Add(s2, t2));
        S.Store(parts + (3 * S.Lanes), S.Add(s3, t3));
        Vector128<float> four = Across(parts, S.Lanes);
        float* sums = job.Sums + (i * job.Stride) + n - job.FirstColumn;
        sums[0] = four[0];
        sums[job.Stride] = four[1];
        sums[2 * job.Stride] = four[2];
        sums[3 * job.Stride] = four[3];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourColumns<F, S, V>(in Job job, nint i, nint n)
        where F : struct, ICodeForm
        where S : struct, IIntSimd<V>
        where V : struct
    {
        ref readonly BlockQuantizedMatrix w = ref job.W;
        nint k = w.Depth;
        float* x = job.X + (i * job.Stored);
        V s0 = S.Splat(0f);
        V s1 = s0;
        V s2 = s0;
        V s3 = s0;
        V t0 = s0;
        V t1 = s0;
        V t2 = s0;
        V t3 = s0;
        nint blocks = job.Blocks;
        nint rowBytes = blocks * (w.BlockSize * F.Bits / 8);
        byte* codes = w.Codes + (n * rowBytes);
        nint three = 3 * rowBytes;
        nint whole = k - (k % (2 * S.Lanes));
        nint at = 0;
        float* scales = w.Scales + (n * blocks);
        byte* zeros0 = Zeros<F>(in job, n);
        byte* zeros1 = Zeros<F>(in job, n + 1);
        byte* zeros2 = Zeros<F>(in job, n + 2);
        byte* zeros3 = Zeros<F>(in job, n + 3);
        for (nint block = 0; at < whole; block++)
        {
            V scale0 = S.Splat(scales[block]);
            V scale1 = S.Splat(scales[block + blocks]);
            V scale2 = S.Splat(scales[block + (2 * blocks)]);
            V scale3 = S.Splat(scales[block + (3 * blocks)]);
            int zero0 = Zero<F>(zeros0, block);
            int zero1 = Zero<F>(zeros1, block);
            int zero2 = Zero<F>(zeros2, block);
            int zero3 = Zero<F>(zeros3, block);
            for (nint stop = nint.Min(whole, at + w.BlockSize); at < stop; at += 2 * S.Lanes, codes += 2 * S.Lanes * F.Bits / 8)
            {
                V p = S.Load(x + at);
                V q = S.Load(x + at + S.Lanes);
                F.Load<S, V>(codes, zero0, scale0, out V a, out V b);
                s0 = S.Fma(p, a, s0);
                t0 = S.Fma(q, b, t0);
                F.Load<S, V>(codes + rowBytes, zero1, scale1, out a, out b);
                s1 = S.Fma(p, a, s1);
                t1 = S.Fma(q, b, t1);
                F.Load<S, V>(codes + (2 * rowBytes), zero2, scale2, out a, out b);
                s2 = S.Fma(p, a, s2);
                t2 = S.Fma(q, b, t2);
                F.Load<S, V>(codes + three, zero3, scale3, out a, out b);
                s3 = S.Fma(p, a, s3);
                t3 = S.Fma(q, b, t3);
            }
        }

        if (at < k)
        {
            nint last = at / w.BlockSize;
            V first = S.Load(job.Mask);
            V second = S.Load(job.Mask + S.Lanes);
            V p = S.Load(x + at);
            V q = S.Load(x + at + S.Lanes);
            F.Load<S, V>(codes, Zero<F>(zeros0, last), S.Splat(scales[last]), out V a, out V b);
            s0 = S.Fma(p, S.And(a, first), s0);
            t0 = S.Fma(q, S.And(b, second), t0);
            F.Load<S, V>(codes + rowBytes, Zero<F>(zeros1, last), S.Splat(scales[last + blocks]), out a, out b);
            s1 = S.Fma(p, S.And(a, first), s1);
            t1 = S.Fma(q, S.And(b, second), t1);
            F.Load<S, V>(codes + (2 * rowBytes), Zero<F>(zeros2, last), S.Splat(scales[last + (2 * blocks)]), out a, out b);
            s2 = S.Fma(p, S.And(a, first), s2);
            t2 = S.Fma(q, S.And(b, second), t2);
            F.Load<S, V>(codes + three, Zero<F>(zeros3, last), S.Splat(scales[last + (3 * blocks)]), out a, out b);
            s3 = S.Fma(p, S.And(a, first), s3);
            t3 = S.Fma(q, S.And(b, second), t3);
        }

        float* parts = stackalloc float[4 * TileLimits.Lanes];
        S.Store(parts, S.Add(s0, t0));
        S.Store(parts + S.Lanes, S.Add(s1, t1));
        S.Store(parts + (2 * S.Lanes), S.Add(s2, t2));
        S.Store(parts + (3 * S.Lanes), S.Add(s3, t3));
        Across(parts, S.Lanes).Store(job.Sums + (i * job.Stride) + n - job.FirstColumn);
    }

    private static void OneColumn<F, S, V>(in Job job, nint i, nint n)
        where F : struct, ICodeForm
        where S : struct, IIntSimd<V>
        where V : struct
    {
        ref readonly BlockQuantizedMatrix w = ref job.W;
        nint k = w.Depth;
        float* x = job.X + (i * job.Stored);
        V s = S.Splat(0f);
        V t = s;
        nint blocks = job.Blocks;
        byte* codes = w.Codes + (n * blocks * (w.BlockSize * F.Bits / 8));
        byte* zeros = Zeros<F>(in job, n);
        float* scales = w.Scales + (n * blocks);
        nint whole = k - (k % (2 * S.Lanes));
        nint at = 0;
        for (nint block = 0; at < whole; block++)
        {
            V scale = S.Splat(scales[block]);
            int zero = Zero<F>(zeros, block);
            for (nint stop = nint.Min(whole, at + w.BlockSize); at < stop; at += 2 * S.Lanes, codes += 2 * S.Lanes * F.Bits / 8)
            {
                F.Load<S, V>(codes, zero, scale, out V a, out V b);
                s = S.Fma(S.Load(x + at), a, s);
                t = S.Fma(S.Load(x + at + S.Lanes), b, t);
            }
        }

        if (at < k)
        {
            nint last = at / w.BlockSize;
            V first = S.Load(job.Mask);
            V second = S.Load(job.Mask + S.Lanes);
            V p = S.Load(x + at);
            V q = S.Load(x + at + S.Lanes);
            F.Load<S, V>(codes, Zero<F>(zeros, last), S.Splat(scales[last]), out V a, out V b);
            s = S.Fma(p, S.And(a, first), s);
            t = S.Fma(q, S.And(b, second), t);
        }

        float* parts = stackalloc float[4 * TileLimits.Lanes];
        S.Store(parts, S.Add(s, t));
        job.Sums[(i * job.Stride) + n - job.FirstColumn] = Across(parts, S.Lanes)[0];
    }

    // Sums of the lanes of four vectors.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Across(float* parts, int lanes)
    {
        if (lanes == 1)
        {
            return Vector128.Load(parts);
        }

        Vector128<float> a = Quads(parts, lanes);
        Vector128<float> b = Quads(parts + lanes, lanes);
        Vector128<float> c = Quads(parts + (2 * lanes), lanes);
        Vector128<float> d = Quads(parts + (3 * lanes), lanes);
        Transpose4x4.Run(ref a, ref b, ref c, ref d);
        return (a + b) + (c + d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Quads(float* part, int lanes)
    {
        Vector128<float> sum = Vector128.Load(part);
        if (lanes >= 8)
        {
            sum += Vector128.Load(part + 4);
        }

        return lanes == 16 ? sum + (Vector128.Load(part + 8) + Vector128.Load(part + 12)) : sum;
    }

    // Zero points of column n, null for the middle of the codes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* Zeros<F>(in Job job, nint n)
        where F : struct, ICodeForm => job.W.ZeroPoints == null ? null : job.W.ZeroPoints + (n * (F.Bits == 8 ? job.Blocks : (job.Blocks + 1) >> 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Zero<F>(byte* zeros, nint block)
        where F : struct, ICodeForm => zeros == null ? 1 << (F.Bits - 1) : F.Bits == 8 ? zeros[block] : (zeros[block >> 1] >> (int)((block & 1) << 2)) & 15;

    internal struct Job
    {
        /// <summary>[rows, Stored], each row in the order of <see cref="Arrange"/>.</summary>
        public float* X;

        /// <summary>K rounded up to whole steps.</summary>
        public nint Stored;

        /// <summary>All bits of those weights of a last step, if it is not whole, that are there.</summary>
        public float* Mask;

        public nint Rows;
        public BlockQuantizedMatrix W;

        /// <summary>Blocks of a column.</summary>
        public nint Blocks;

        /// <summary>[rows, columns of the job].</summary>
        public float* Sums;

        /// <summary>Elements between rows of <see cref="Sums"/>.</summary>
        public nint Stride;

        public nint FirstColumn;
    }
}
