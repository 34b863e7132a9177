using Inference.Kernels.Elementwise;
using Inference.Kernels.Memory;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Gemm;

/// <summary>C[i,j] = epilogue(α · Σ_k A[i,k]·W[j,k]) of short rows of A with few W: rows lie beside each other in vectors, as neither tiles nor dots are long enough to pay.</summary>
internal static unsafe class GemmF32Lanes
{
    // Fewer rows leave most lanes of a block without work.
    private const int LeastRows = 16;

    // Rows of one column: a dot of more elements costs less than turning them.
    private const int DepthOfOne = 64;

    /// <summary>Whether a product is of this kind.</summary>
    public static bool Suits(nint m, nint n, nint k, in GemmEpilogue epilogue) =>
        m >= LeastRows && n <= GemmF32Unpacked.ColumnsAsDots && k < (n == 1 ? DepthOfOne : GemmF32Unpacked.DepthAsDots)
        && epilogue.RowBias == null && epilogue.Residual == null && !epilogue.Accumulate;

    public static void Run(
        float* a, nint lda, float* w, nint ldw, float* c, nint ldc, nint m, nint n, nint k, float alpha, in GemmEpilogue epilogue, int maxThreads)
    {
        var action = new Blocks { A = a, Lda = lda, W = w, Ldw = ldw, C = c, Ldc = ldc, M = m, N = n, K = k, Alpha = alpha, Epilogue = epilogue };
        nint rows = (m + RowLanes.Most - 1) / RowLanes.Most;
        bool parallel = maxThreads > 1 && (long)m * n * k >= GemmF32Driver.ParallelWork;
        action.Count = (int)nint.Min(rows, parallel ? WorkerPool.BlocksPerThread * maxThreads : 1);
        WorkerPool.Run(action.Count, ref action, parallel ? maxThreads : 1);
    }

    private struct Blocks : IBlockAction
    {
        public float* A;
        public nint Lda;
        public float* W;
        public nint Ldw;
        public float* C;
        public nint Ldc;
        public nint M;
        public nint N;
        public nint K;
        public float Alpha;
        public GemmEpilogue Epilogue;
        public int Count;

        public readonly void Invoke(int block)
        {
            nint blocks = (M + RowLanes.Most - 1) / RowLanes.Most;
            nint last = nint.Min(M, blocks * (block + 1) / Count * RowLanes.Most);
            using var x = new AlignedScratch<float>(K * RowLanes.Most);
            using var y = new AlignedScratch<float>(N * RowLanes.Most);
            var work = default(WorkCounter);
            for (nint i = blocks * block / Count * RowLanes.Most; i < last; i += RowLanes.Most)
            {
                nint rows = nint.Min(RowLanes.Most, last - i);
                work.Add((N + 1) * K * 4);
                nint width = RowLanes.Width(rows);
                RowLanes.Load(A + (i * Lda), Lda, rows, K, x.Pointer, width);
                RowLanes.Products(x.Pointer, width, W, Ldw, N, K, Alpha, Epilogue.Bias, y.Pointer);
                Activations.Apply(Epilogue.Activation, y.Pointer, y.Pointer, N * width);
                RowLanes.Store(y.Pointer, width, C + (i * Ldc), Ldc, rows, N);
            }
        }
    }
}
