using Inference.Kernels.Quantized.Linear;
using Inference.Kernels.Simd;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Quantized;

/// <summary>
/// Conversions between f32 and 8-bit linear quantization. The same values on every instruction set. Thread-safe.
/// Source: ONNX QuantizeLinear, DequantizeLinear (opset 21), DynamicQuantizeLinear (opset 11).
/// </summary>
internal static unsafe class LinearQuantization
{
    /// <summary>
    /// y[i] = round(clamp(x[i] / scale, qmin − zeroPoint, qmax − zeroPoint)) + zeroPoint, halves to even; NaN gives qmin.
    /// </summary>
    /// <param name="x">Input.</param>
    /// <param name="y">Output, u8, or s8 if <paramref name="signed"/>.</param>
    /// <param name="count">Elements.</param>
    /// <param name="scale">Scale.</param>
    /// <param name="zeroPoint">Zero point, in the output's range.</param>
    /// <param name="signed">Whether the output is s8.</param>
    public static void Quantize(float* x, byte* y, nint count, float scale, int zeroPoint, bool signed) =>
        Quantize(x, y, count, scale, zeroPoint, signed, IsaTier.Avx512);

    /// <summary>y[i] = f32(x[i] − zeroPoint) · scale.</summary>
    /// <param name="x">Input, u8, or s8 if <paramref name="signed"/>.</param>
    /// <param name="y">Output.</param>
    /// <param name="count">Elements.</param>
    /// <param name="scale">Scale.</param>
    /// <param name="zeroPoint">Zero point.</param>
    /// <param name="signed">Whether the input is s8.</param>
    public static void Dequantize(byte* x, float* y, nint count, float scale, int zeroPoint, bool signed) =>
        Dequantize(x, y, count, scale, zeroPoint, signed, IsaTier.Avx512);

    /// <summary>y[i] = f32(x[i] − zeroPoint) · scale for s32 x, the difference modulo 2^32.</summary>
    /// <param name="x">Input.</param>
    /// <param name="y">Output; may be the same memory.</param>
    /// <param name="count">Elements.</param>
    /// <param name="scale">Scale.</param>
    /// <param name="zeroPoint">Zero point.</param>
    public static void Dequantize(int* x, float* y, nint count, float scale, int zeroPoint) => Dequantize(x, y, count, scale, zeroPoint, IsaTier.Avx512);

    /// <summary>
    /// Chooses scale and zero point for u8 from the range of x with 0 forced in: scale = (max − min) / 255 (1 if that is 0),
    /// zeroPoint = round(clamp(−min / scale, 0, 255)), halves to even.
    /// </summary>
    /// <param name="x">Input.</param>
    /// <param name="count">Elements.</param>
    /// <param name="scale">Scale.</param>
    /// <param name="zeroPoint">Zero point, 0 to 255.</param>
    /// <param name="maxThreads">The most threads to use.</param>
    public static void ChooseParameters(float* x, nint count, out float scale, out byte zeroPoint, int maxThreads = 1)
    {
        KernelAssert.Run(x, count);
        if (maxThreads <= 1 || count < RowKernel.ParallelWork)
        {
            ChooseParameters(x, count, out scale, out zeroPoint, IsaTier.Avx512);
            return;
        }

        int blocks = WorkerPool.BlocksPerThread * Math.Min(maxThreads, WorkerPool.Capacity);
        KernelAssert.AtMost(blocks, WorkerPool.BlocksPerThread * JobSlot.MaxJoins);
        RangeBody.Job* jobs = stackalloc RangeBody.Job[blocks];
        var ranges = new Ranges { X = x, Count = count, Blocks = blocks, Jobs = jobs };
        WorkerPool.Run(blocks, ref ranges, maxThreads);
        // A NaN of one is one of all.
        (float min, float max) = (jobs[0].Min, jobs[0].Max);
        for (int i = 1; i < blocks; i++)
        {
            min = MathF.Min(min, jobs[i].Min);
            max = MathF.Max(max, jobs[i].Max);
        }

        Choose(min, max, out scale, out zeroPoint);
    }

    /// <summary>Quantizes x to u8 with the parameters of <see cref="ChooseParameters(float*, nint, out float, out byte, int)"/>.</summary>
    /// <param name="x">Input.</param>
    /// <param name="y">Output.</param>
    /// <param name="count">Elements.</param>
    /// <param name="scale">Scale chosen.</param>
    /// <param name="zeroPoint">Zero point chosen.</param>
    public static void QuantizeDynamic(float* x, byte* y, nint count, out float scale, out byte zeroPoint)
    {
        ChooseParameters(x, count, out scale, out zeroPoint);
        Quantize(x, y, count, scale, zeroPoint, false);
    }

    internal static void Quantize(float* x, byte* y, nint count, float scale, int zeroPoint, bool signed, IsaTier limit)
    {
        KernelAssert.Run(x, count);
        KernelAssert.Run(y, count);
        var job = new QuantizeBody.Job { X = x, Y = y, Scale = scale, ZeroPoint = zeroPoint, Low = (signed ? -128 : 0) - zeroPoint, High = (signed ? 127 : 255) - zeroPoint };
        QuantizeBody.Kernel.Within(limit)(&job, 0, count);
    }

    internal static void Dequantize(byte* x, float* y, nint count, float scale, int zeroPoint, bool signed, IsaTier limit)
    {
        KernelAssert.Run(x, count);
        KernelAssert.Run(y, count);
        var job = new DequantizeBody.Job { X = x, Y = y, Scale = scale, ZeroPoint = zeroPoint, Signed = signed };
        DequantizeBody.Kernel.Within(limit)(&job, 0, count);
    }

    internal static void Dequantize(int* x, float* y, nint count, float scale, int zeroPoint, IsaTier limit)
    {
        KernelAssert.Run(x, count);
        KernelAssert.Run(y, count);
        KernelAssert.SameOrApart(x, y, count);
        var job = new DequantizeIntsBody.Job { X = x, Y = y, Scale = scale, ZeroPoint = zeroPoint };
        DequantizeIntsBody.Kernel.Within(limit)(&job, 0, count);
    }

    internal static void ChooseParameters(float* x, nint count, out float scale, out byte zeroPoint, IsaTier limit)
    {
        KernelAssert.Run(x, count);
        var job = new RangeBody.Job { X = x };
        RangeBody.Kernel.Within(limit)(&job, 0, count);
        Choose(job.Min, job.Max, out scale, out zeroPoint);
    }

    private static void Choose(float min, float max, out float scale, out byte zeroPoint)
    {
        scale = max == min ? 1f : (max - min) / 255f;
        float point = Math.Clamp(0f - (min / scale), 0f, 255f);
        zeroPoint = float.IsNaN(point) ? (byte)0 : (byte)MathF.Round(point);
    }

    private struct Ranges : IBlockAction
    {
        public float* X;
        public nint Count;
        public int Blocks;
        public RangeBody.Job* Jobs;

        public readonly void Invoke(int block)
        {
            Jobs[block] = new RangeBody.Job { X = X };
            RangeBody.Kernel.Best(Jobs + block, Count / Blocks * block, block == Blocks - 1 ? Count : Count / Blocks * (block + 1));
        }
    }
}
