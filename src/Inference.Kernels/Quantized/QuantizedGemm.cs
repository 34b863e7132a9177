using Inference.Kernels.Gemm;
using Inference.Kernels.Quantized.Results;
using Inference.Kernels.Quantized.Tiles;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Quantized;

/// <summary>
/// Integer matrix product S[m,n] = Σ_k (A[m,k] − za)·(B[k,n] − zb[n]) of u8 or s8 A[M,K] and B[K,N] in s32, modulo 2^32, with an
/// epilogue. The integers are the same on every instruction set. Thread-safe.
/// </summary>
internal static unsafe class QuantizedGemm
{
    /// <summary>Y = epilogue(S), see <see cref="QuantizedEpilogue"/>.</summary>
    /// <param name="a">A[M,K].</param>
    /// <param name="signedA">Whether A is s8 rather than u8.</param>
    /// <param name="lda">Elements between rows of A.</param>
    /// <param name="zeroPoint">za, in A's range.</param>
    /// <param name="b">Packed B.</param>
    /// <param name="y">Y[M,N] of the epilogue's output type.</param>
    /// <param name="ldy">Elements between rows of Y.</param>
    /// <param name="m">Rows of A.</param>
    /// <param name="epilogue">What to do with the accumulators.</param>
    /// <param name="maxThreads">The most threads to use.</param>
    /// <param name="rowZeroPoints">[M] za for each row, or null to use <paramref name="zeroPoint"/>.</param>
    public static void Run(
        byte* a, bool signedA, nint lda, int zeroPoint, QuantizedMatrix b, void* y, nint ldy, nint m, in QuantizedEpilogue epilogue,
        int maxThreads = 1, int* rowZeroPoints = null)
    {
        KernelAssert.Matrix(a, m, b.Rows, lda);
        KernelAssert.Matrix((byte*)y, m, b.Columns, ldy);
        KernelAssert.Run(epilogue.Scale, epilogue.Output == QuantizedOutput.Int32 ? 0 : 1);
        if (m > 0 && b.Columns > 0)
        {
            var job = new QuantizedGemmJob
            {
                A = a,
                SignedA = signedA,
                Lda = lda,
                ZeroPoint = zeroPoint,
                RowZeroPoints = rowZeroPoints,
                Y = (byte*)y,
                Ldy = ldy,
                M = m,
                N = b.Columns,
                K = b.Rows,
                Steps = b.Steps,
                Panels = b.Data,
                ColumnSums = b.ColumnSums,
                ColumnZeroPoints = b.HasZeroPoints ? b.ZeroPoints : null,
                Epilogue = epilogue,
            };
            Run(ref job, b.Kernel, maxThreads);
        }

        GC.KeepAlive(b);
    }

    private static void Run(ref QuantizedGemmJob job, GemmS32Kernel kernel, int maxThreads)
    {
        nint panels = (job.N + kernel.PanelColumns - 1) / kernel.PanelColumns;
        long work = (long)job.M * job.N * job.K / 4;
        if (maxThreads <= 1 || work < GemmF32Driver.ParallelWork)
        {
            QuantizedGemmDriver.RunBlock(in job, kernel, 0, job.M, 0, panels);
            return;
        }

        long wanted = Math.Min((long)WorkerPool.BlocksPerThread * maxThreads, Math.Max(1, work / GemmF32Driver.LeastBlockWork));
        job.BlockPanels = Math.Max(1, panels / (nint)wanted);
        nint across = (panels + job.BlockPanels - 1) / job.BlockPanels;
        nint down = Math.Max(1, (nint)wanted / across);
        nint rows = (job.M + down - 1) / down;
        job.BlockRows = (rows + kernel.MaxRows - 1) / kernel.MaxRows * kernel.MaxRows;
        job.BlocksAcross = (int)across;
        job.Kernel = Array.IndexOf(GemmS32Kernels.All, kernel);
        int blocks = (int)(across * ((job.M + job.BlockRows - 1) / job.BlockRows));
        fixed (QuantizedGemmJob* shared = &job)
        {
            WorkerPool.Run(blocks, &RunBlock, shared, maxThreads);
        }
    }

    private static void RunBlock(void* state, int block)
    {
        ref QuantizedGemmJob job = ref *(QuantizedGemmJob*)state;
        GemmS32Kernel kernel = GemmS32Kernels.All[job.Kernel];
        nint m0 = block / job.BlocksAcross * job.BlockRows;
        nint p0 = block % job.BlocksAcross * job.BlockPanels;
        nint panels = (job.N + kernel.PanelColumns - 1) / kernel.PanelColumns;
        QuantizedGemmDriver.RunBlock(
            in job, kernel, m0, nint.Min(job.M, m0 + job.BlockRows), p0, nint.Min(panels, p0 + job.BlockPanels));
    }
}
