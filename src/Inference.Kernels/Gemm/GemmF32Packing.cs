using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Inference.Kernels.Simd;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Gemm;

/// <summary>Copies of f32 matrices into the layouts that the tiles read.</summary>
internal static unsafe class GemmF32Packing
{
    internal static readonly RowKernel Transposed = RowKernel.Of(
        "pack_transposed_f32",
        [
            new(IsaTier.Avx2, Avx2.IsSupported, &Eights, "8x8_avx2"),
            new(IsaTier.AdvSimd, Zip.IsAccelerated, &Fours, "4x4_vector128"),
            new(IsaTier.Scalar, true, &Ones),
        ]);

    // Rows of a panel between two looks at the clock: a multiple of the strips that are turned at once.
    private const int PartDepth = 1 << 14;

    /// <summary>
    /// Writes B as panels of <paramref name="panel"/> columns, [K][panel] each; the last is as wide as its columns rounded up
    /// to <paramref name="lanes"/>, padded with zeros.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackPanels(float* b, nint ldb, bool transposed, nint k, nint n, float alpha, int panel, int lanes, float* to)
    {
        var work = default(WorkCounter);
        for (nint n0 = 0; n0 < n; n0 += panel)
        {
            int columns = (int)nint.Min(panel, n - n0);
            int width = (columns + lanes - 1) / lanes * lanes;
            float* from = transposed ? b + (n0 * ldb) : b + n0;
            for (nint r = 0; r < k; r += PartDepth)
            {
                nint depth = nint.Min(PartDepth, k - r);
                work.Add(panel * depth);
                PackPanel(transposed ? from + r : from + (r * ldb), ldb, transposed, depth, columns, alpha, width, to + (r * width));
            }

            to += k * width;
        }
    }

    /// <summary>Writes one panel [K][width] from <paramref name="columns"/> columns of B.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackPanel(float* b, nint ldb, bool transposed, nint k, int columns, float alpha, int width, float* to)
    {
        if (transposed)
        {
            var job = new Job { B = b, Ldb = ldb, K = k, Alpha = alpha, Width = width, To = to };
            Transposed.Best(&job, 0, columns);
            for (int j = columns; j < width; j++)
            {
                for (nint r = 0; r < k; r++)
                {
                    to[(r * width) + j] = 0f;
                }
            }

            return;
        }

        Vector256<float> scale = Vector256.Create(alpha);
        for (nint r = 0; r < k; r++, b += ldb, to += width)
        {
            int j = 0;
            for (; j + 8 <= columns; j += 8)
            {
                (scale * Vector256.Load(b + j)).Store(to + j);
            }

            for (; j < columns; j++)
            {
                to[j] = alpha * b[j];
            }

            for (; j < width; j++)
            {
                to[j] = 0f;
            }
        }
    }

    /// <summary>Writes α·Aᵀ [M][K] for an A stored as [K][M].</summary>
    public static void PackRows(float* a, nint lda, nint m, int k, float alpha, float* to)
    {
        var work = default(WorkCounter);
        nint part = nint.Max(8, LongLoop.Part / nint.Max(1, k) / 8 * 8);
        for (nint i = 0; i < m; i += part)
        {
            nint rows = nint.Min(part, m - i);
            work.Add(rows * k);
            PackPanel(a + i, lda, true, rows, k, alpha, k, to + (i * k));
        }
    }

    /// <summary>Writes α·B as [N][K].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackColumns(float* b, nint ldb, bool transposed, nint k, nint n, float alpha, float* to)
    {
        var work = default(WorkCounter);
        for (nint j = 0; j < n; j++)
        {
            work.Add(2 * k);
            for (nint r = 0; r < k;)
            {
                nint stop = LongLoop.Next(r, k);
                for (; r < stop; r++)
                {
                    to[(j * k) + r] = alpha * (transposed ? b[(j * ldb) + r] : b[(r * ldb) + j]);
                }
            }
        }
    }

    // Strips of eight columns, then of four, then single ones.
    private static void Eights(void* state, nint first, nint end)
    {
        ref readonly Job job = ref *(Job*)state;
        var work = default(WorkCounter);
        for (; first + 8 <= end; first += 8)
        {
            work.Add(8 * job.K);
            Pack8Columns(job.B + (first * job.Ldb), job.Ldb, job.K, job.Alpha, job.Width, job.To + first);
        }

        Fours(state, first, end);
    }

    private static void Fours(void* state, nint first, nint end)
    {
        ref readonly Job job = ref *(Job*)state;
        var work = default(WorkCounter);
        for (; first + 4 <= end; first += 4)
        {
            work.Add(4 * job.K);
            Pack4Columns(job.B + (first * job.Ldb), job.Ldb, job.K, job.Alpha, job.Width, job.To + first);
        }

        Ones(state, first, end);
    }

    private static void Ones(void* state, nint first, nint end)
    {
        ref readonly Job job = ref *(Job*)state;
        var work = default(WorkCounter);
        for (; first < end; first++)
        {
            work.Add(job.K);
            float* from = job.B + (first * job.Ldb);
            for (nint r = 0; r < job.K; r++)
            {
                job.To[(r * job.Width) + first] = job.Alpha * from[r];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pack8Columns(float* b, nint ldb, nint k, float alpha, int width, float* to)
    {
        // The block transpose walks rows of its input, which are columns of B here: strips of eight of K.
        nint whole = k & ~7;
        for (nint r = 0; r < whole; r += 8)
        {
            Transposition.TransposeBlocks.Columns8(b + r, ldb, to + (r * width), width, 8);
        }

        for (nint r = whole; r < k; r++)
        {
            for (int j = 0; j < 8; j++)
            {
                to[(r * width) + j] = b[(j * ldb) + r];
            }
        }

        if (alpha != 1f)
        {
            Vector256<float> scale = Vector256.Create(alpha);
            for (nint r = 0; r < k; r++)
            {
                (scale * Vector256.Load(to + (r * width))).Store(to + (r * width));
            }
        }
    }

    // Four rows of K become four columns: 4×4 transposes in registers, so that both sides are touched by vectors.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pack4Columns(float* b, nint ldb, nint k, float alpha, int width, float* to)
    {
        float* b0 = b;
        float* b1 = b0 + ldb;
        float* b2 = b1 + ldb;
        float* b3 = b2 + ldb;
        Vector128<float> scale = Vector128.Create(alpha);
        nint r = 0;
        for (; r + 4 <= k; r += 4, to += 4 * width)
        {
            Vector128<float> x0 = Vector128.Load(b0 + r) * scale;
            Vector128<float> x1 = Vector128.Load(b1 + r) * scale;
            Vector128<float> x2 = Vector128.Load(b2 + r) * scale;
            Vector128<float> x3 = Vector128.Load(b3 + r) * scale;
            Transpose4x4.Run(ref x0, ref x1, ref x2, ref x3);
            x0.Store(to);
            x1.Store(to + width);
            x2.Store(to + (2 * width));
            x3.Store(to + (3 * width));
        }

        for (; r < k; r++, to += width)
        {
            to[0] = alpha * b0[r];
            to[1] = alpha * b1[r];
            to[2] = alpha * b2[r];
            to[3] = alpha * b3[r];
        }
    }

    // B as [N][K], to be written as [K][Width].
    private struct Job
    {
        public float* B;
        public nint Ldb;
        public nint K;
        public float Alpha;
        public int Width;
        public float* To;
    }
}
