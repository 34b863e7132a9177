using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Inference.Kernels.Elementwise;
using Inference.Kernels.Simd;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Gemm;

/// <summary>
/// C[i,j] = epilogue(α · Σ_k A[i,k]·W[j,k]) as dot products along K: for a transposed B with few rows of A, and for few columns.
/// </summary>
internal static unsafe class GemmF32Dots
{
    public static void Run(
        float* a, nint lda, float* w, nint ldw, float* c, nint ldc, nint m, nint n, nint k, float alpha,
        in GemmEpilogue epilogue, int maxThreads)
    {
        if (GemmF32Lanes.Suits(m, n, k, in epilogue))
        {
            GemmF32Lanes.Run(a, lda, w, ldw, c, ldc, m, n, k, alpha, in epilogue, maxThreads);
            return;
        }

        var action = new DotBlocks(a, lda, w, ldw, c, ldc, m, n, k, alpha, epilogue);
        int blocks = 1;
        if (maxThreads > 1 && (long)m * n * k >= GemmF32Driver.ParallelWork)
        {
            blocks = (int)nint.Min(WorkerPool.BlocksPerThread * maxThreads, nint.Max(m, (n + 3) / 4));
            action.SplitRows = m >= (n + 3) / 4;
        }

        action.Blocks = blocks;
        WorkerPool.Run(blocks, ref action, blocks == 1 ? 1 : maxThreads);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Range(in DotBlocks job, nint m0, nint m1, nint n0, nint n1)
    {
        delegate*<float*, float*, nint, nint, float*, void> four = DotF32Kernels.Best.Four;
        delegate*<float*, float*, nint, nint, float*, void> one = DotF32Kernels.Best.One;
        delegate*<float*, nint, float*, nint, nint, float*, void> twoByFour = DotF32Kernels.Best.TwoByFour;
        delegate*<float*, nint, float*, nint, nint, float*, void> twoByTwo = DotF32Kernels.Best.TwoByTwo;
        float* sums = stackalloc float[8];
        bool clip = job.Epilogue.Activation.IsClip(out float low, out float high);
        for (nint j = n0; j < n1;)
        {
            int count = n1 - j >= 4 ? 4 : n1 - j >= 2 && m1 - m0 >= 2 ? 2 : 1;
            float* w = job.W + (j * job.Ldw);
            for (nint i = m0; i < m1;)
            {
                float* x = job.A + (i * job.Lda);
                int rows = count > 1 && m1 - i >= 2 ? 2 : 1;
                if (rows == 2)
                {
                    (count == 4 ? twoByFour : twoByTwo)(x, job.Lda, w, job.Ldw, job.K, sums);
                }
                else if (count == 4)
                {
                    four(x, w, job.Ldw, job.K, sums);
                }
                else
                {
                    for (int t = 0; t < count; t++)
                    {
                        one(x, w + (t * job.Ldw), job.Ldw, job.K, sums + t);
                    }
                }

                for (int r = 0; r < rows; r++, i++)
                {
                    float* c = job.C + (i * job.Ldc) + j;
                    for (int t = 0; t < count; t++)
                    {
                        float y = Finish(in job, job.Alpha * sums[(r * count) + t], i, j + t, c[t]);
                        if (clip)
                        {
                            y = low > y ? low : y;
                            y = high < y ? high : y;
                        }

                        c[t] = y;
                    }
                }
            }

            j += count;
        }

        if (!clip && !job.Epilogue.Activation.IsNone)
        {
            bool contiguous = job.Ldc == n1 - n0;
            nint runs = contiguous ? 1 : m1 - m0;
            nint length = contiguous ? (m1 - m0) * (n1 - n0) : n1 - n0;
            for (nint i = 0; i < runs; i++)
            {
                float* c = job.C + ((m0 + i) * job.Ldc) + n0;
                Activations.Apply(job.Epilogue.Activation, c, c, length);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Finish(in DotBlocks job, float sum, nint i, nint j, float old)
    {
        ref readonly GemmEpilogue e = ref job.Epilogue;
        sum += e.Bias != null ? e.Bias[j] : 0f;
        sum += e.RowBias != null ? e.RowBias[i] : 0f;
        sum += e.Residual != null ? e.Residual[(i * e.ResidualStride) + j] : 0f;
        return e.Accumulate ? sum + old : sum;
    }

    private struct DotBlocks(
        float* a, nint lda, float* w, nint ldw, float* c, nint ldc, nint m, nint n, nint k, float alpha, GemmEpilogue epilogue)
        : IBlockAction
    {
        public readonly float* A = a;
        public readonly nint Lda = lda;
        public readonly float* W = w;
        public readonly nint Ldw = ldw;
        public readonly float* C = c;
        public readonly nint Ldc = ldc;
        public readonly nint K = k;
        public readonly float Alpha = alpha;
        public readonly GemmEpilogue Epilogue = epilogue;
        public bool SplitRows;
        public int Blocks;
        private readonly nint _m = m;
        private readonly nint _n = n;

        public readonly void Invoke(int block)
        {
            if (SplitRows)
            {
                Range(in this, _m * block / Blocks, _m * (block + 1) / Blocks, 0, _n);
            }
            else
            {
                // Cuts at multiples of four columns, except the last.
                nint groups = (_n + 3) / 4;
                Range(in this, 0, _m, groups * block / Blocks * 4, nint.Min(_n, groups * (block + 1) / Blocks * 4));
            }
        }
    }
}
