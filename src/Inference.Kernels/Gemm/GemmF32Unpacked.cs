using Inference.Kernels.Gemm.Tiles;
using Inference.Kernels.Memory;

namespace Inference.Kernels.Gemm;

/// <summary>f32 products whose B is not prepacked: read in place when there are few rows, packed into scratch when there are many.</summary>
internal static unsafe class GemmF32Unpacked
{
    // Packing reads and writes B once; reading it in place costs each row of tiles unaligned, strided loads. A transposed B is read in place as dots alone.
    // Where each pays is measured in benchmarks/results/thresholds.md.
    internal const int RowsInPlace = 48;
    internal const int RowsAsDots = 4;

    // Few columns fill no panel; long enough dots pay for adding up their lanes: benchmarks/results/thresholds.md.
    internal const int ColumnsAsDots = 12;
    internal const int DepthAsDots = 128;

    public static void Run(
        GemmF32Kernel kernel, float* a, nint lda, bool transA, float* b, nint ldb, bool transB, float* c, nint ldc,
        nint m, nint n, nint k, float alpha, in GemmEpilogue epilogue, int maxThreads)
    {
        if (transA)
        {
            // The stored [K,M] becomes rows of K; α comes in on the way.
            using var rows = new AlignedScratch<float>(m * k);
            GemmF32Packing.PackRows(a, lda, m, checked((int)k), alpha, rows.Pointer);
            Run(kernel, rows.Pointer, k, b, ldb, transB, c, ldc, m, n, k, 1f, in epilogue, maxThreads);
            return;
        }

        Run(kernel, a, lda, b, ldb, transB, c, ldc, m, n, k, alpha, in epilogue, maxThreads);
    }

    private static void Run(
        GemmF32Kernel kernel, float* a, nint lda, float* b, nint ldb, bool transB, float* c, nint ldc,
        nint m, nint n, nint k, float alpha, in GemmEpilogue epilogue, int maxThreads)
    {
        if (transB && (m <= RowsAsDots || (n <= ColumnsAsDots && (k >= DepthAsDots || GemmF32Lanes.Suits(m, n, k, in epilogue)))))
        {
            GemmF32Dots.Run(a, lda, b, ldb, c, ldc, m, n, k, alpha, in epilogue, maxThreads);
            return;
        }

        if (PackedMatrix.IsByColumn(k, n))
        {
            using var columns = new AlignedScratch<float>(n * k);
            GemmF32Packing.PackColumns(b, ldb, transB, k, n, alpha, columns.Pointer);
            GemmF32Dots.Run(a, lda, columns.Pointer, k, c, ldc, m, n, k, 1f, in epilogue, maxThreads);
            return;
        }

        GemmF32Job job = default;
        job.A = a;
        job.Lda = lda;
        job.C = c;
        job.Ldc = ldc;
        job.M = m;
        job.N = n;
        job.K = k;
        job.Epilogue = epilogue;
        if (!transB && m <= RowsInPlace && alpha == 1f && n >= kernel.Lanes)
        {
            RunInPlace(ref job, kernel, b, ldb, maxThreads);
        }
        else
        {
            RunPacked(ref job, kernel, b, ldb, transB, alpha, maxThreads);
        }
    }

    internal static void RunPacked(ref GemmF32Job job, GemmF32Kernel kernel, float* b, nint ldb, bool transB, float alpha, int maxThreads)
    {
        nint stored = (job.N + kernel.Lanes - 1) / kernel.Lanes * kernel.Lanes;
        using var panels = new AlignedScratch<float>(stored * job.K);
        GemmF32Packing.PackPanels(b, ldb, transB, job.K, job.N, alpha, kernel.PanelColumns, kernel.Lanes, panels.Pointer);
        job.B = panels.Pointer;
        GemmF32Driver.Run(ref job, kernel, maxThreads);
    }

    // Whole vectors of columns are read where they are; what is left over is packed, as a vector must not pass the end of B.
    internal static void RunInPlace(ref GemmF32Job job, GemmF32Kernel kernel, float* b, nint ldb, int maxThreads)
    {
        nint n = job.N;
        nint whole = n / kernel.Lanes * kernel.Lanes;
        job.B = b;
        job.BStride = ldb;
        job.N = whole;
        GemmF32Driver.Run(ref job, kernel, maxThreads);
        if (whole == n)
        {
            return;
        }

        if (!job.Epilogue.Accumulate && job.Epilogue.Residual != job.C)
        {
            // The last columns, over those that are done: what they were made of is still there.
            nint first = n - kernel.Lanes;
            job.B = b + first;
            job.N = kernel.Lanes;
            job.C += first;
            job.Epilogue.Bias += job.Epilogue.Bias == null ? 0 : first;
            job.Epilogue.Residual += job.Epilogue.Residual == null ? 0 : first;
            GemmF32Driver.Run(ref job, kernel, maxThreads);
            return;
        }

        using var rest = new AlignedScratch<float>(kernel.Lanes * job.K);
        GemmF32Packing.PackPanel(b + whole, ldb, false, job.K, (int)(n - whole), 1f, kernel.Lanes, rest.Pointer);
        job.B = rest.Pointer;
        job.BStride = 0;
        job.N = n - whole;
        job.C += whole;
        if (job.Epilogue.Bias != null)
        {
            job.Epilogue.Bias += whole;
        }

        if (job.Epilogue.Residual != null)
        {
            job.Epilogue.Residual += whole;
        }

        GemmF32Driver.Run(ref job, kernel, maxThreads);
    }
}
