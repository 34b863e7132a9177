using System.Runtime.CompilerServices;
using Inference.Kernels.Simd;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Quantized;

/// <summary>
/// y[i] = quantize(dequantize(a[i]) ∘ dequantize(b[i])) on bytes, ∘ addition or multiplication. The same bytes on every instruction set. Thread-safe.
/// Source: ONNX DequantizeLinear, Add, Mul, QuantizeLinear (opset 21); com.microsoft QLinearAdd, QLinearMul.
/// </summary>
internal static unsafe class QuantizedBinary
{
    internal static readonly RowKernel Kernel = RowKernel.OfInts<Body>("quantized_binary");

    /// <summary>Combines two runs of one length.</summary>
    /// <param name="a">Left operand.</param>
    /// <param name="formA">Its form.</param>
    /// <param name="b">Right operand.</param>
    /// <param name="formB">Its form.</param>
    /// <param name="y">Result; may be either operand.</param>
    /// <param name="formY">Its form.</param>
    /// <param name="count">Elements.</param>
    /// <param name="multiply">Whether ∘ is multiplication.</param>
    /// <param name="shifted">Whether the zero point is added before the rounding (com.microsoft) rather than after it (ONNX).</param>
    /// <param name="clipLow">Results below it become it.</param>
    /// <param name="clipHigh">Results above it become it.</param>
    public static void Run(
        byte* a, in QuantizedForm formA, byte* b, in QuantizedForm formB, byte* y, in QuantizedForm formY, nint count, bool multiply, bool shifted = false,
        int clipLow = -128, int clipHigh = 255)
    {
        for (nint i = 0; i < count;)
        {
            nint stop = LongLoop.Next(i, count);
            Run(a + i, in formA, b + i, in formB, y + i, in formY, stop - i, multiply, shifted, clipLow, clipHigh, IsaTier.Avx512);
            i = stop;
        }
    }

    internal static void Run(
        byte* a, in QuantizedForm formA, byte* b, in QuantizedForm formB, byte* y, in QuantizedForm formY, nint count, bool multiply, bool shifted,
        int clipLow, int clipHigh, IsaTier limit)
    {
        KernelAssert.Run(a, count);
        KernelAssert.Run(b, count);
        KernelAssert.Run(y, count);
        KernelAssert.SameOrApart(a, y, count);
        KernelAssert.SameOrApart(b, y, count);
        // Clamping before the rounding gives the same, as the bounds are whole numbers.
        int before = shifted ? formY.ZeroPoint : 0;
        int after = formY.ZeroPoint - before;
        var job = new Job
        {
            A = a,
            B = b,
            Y = y,
            FormA = formA,
            FormB = formB,
            Scale = formY.Scale,
            Multiply = multiply,
            Before = before,
            After = after,
            Low = Math.Max(formY.Signed ? -128 : 0, clipLow) - after,
            High = Math.Min(formY.Signed ? 127 : 255, clipHigh) - after,
        };
        Kernel.Within(limit)(&job, 0, count);
    }

    private struct Job
    {
        public byte* A;
        public byte* B;
        public byte* Y;
        public QuantizedForm FormA;
        public QuantizedForm FormB;
        public float Scale;
        public bool Multiply;
        public int Before;
        public int After;
        public float Low;
        public float High;
    }

    private readonly struct Body : IIntBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Run<S, V>(void* state, nint first, nint end)
            where S : struct, IIntSimd<V>
            where V : struct
        {
            ref readonly Job job = ref *(Job*)state;
            nint i = Vectors<S, V>(in job, first, end);
            if (i < end)
            {
                Rest<S, V>(in job, i, (int)(end - i));
            }
        }

        // Fewer than a vector, by way of arrays that hold one.
        private static void Rest<S, V>(in Job job, nint i, int count)
            where S : struct, IIntSimd<V>
            where V : struct
        {
            KernelAssert.AtMost(S.Lanes, TileLimits.Lanes);
            byte* a = stackalloc byte[TileLimits.Lanes];
            byte* b = stackalloc byte[TileLimits.Lanes];
            new Span<byte>(a, TileLimits.Lanes).Clear();
            new Span<byte>(b, TileLimits.Lanes).Clear();
            new ReadOnlySpan<byte>(job.A + i, count).CopyTo(new Span<byte>(a, count));
            new ReadOnlySpan<byte>(job.B + i, count).CopyTo(new Span<byte>(b, count));
            Job rest = job;
            rest.A = a;
            rest.B = b;
            rest.Y = a;
            Vectors<S, V>(in rest, 0, S.Lanes);
            new ReadOnlySpan<byte>(a, count).CopyTo(new Span<byte>(job.Y + i, count));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static nint Vectors<S, V>(in Job job, nint i, nint end)
            where S : struct, IIntSimd<V>
            where V : struct
        {
            byte* a = job.A;
            byte* b = job.B;
            byte* y = job.Y;
            bool multiply = job.Multiply;
            (bool signedA, int zeroA) = (job.FormA.Signed, job.FormA.ZeroPoint);
            (bool signedB, int zeroB) = (job.FormB.Signed, job.FormB.ZeroPoint);
            V scaleA = S.Splat(job.FormA.Scale);
            V scaleB = S.Splat(job.FormB.Scale);
            V scale = S.Splat(job.Scale);
            V before = S.Splat(job.Before);
            int after = job.After;
            V low = S.Splat(job.Low);
            V high = S.Splat(job.High);
            for (; i + S.Lanes <= end; i += S.Lanes)
            {
                V p = S.Mul(S.LoadBytes(a + i, signedA, zeroA), scaleA);
                V q = S.Mul(S.LoadBytes(b + i, signedB, zeroB), scaleB);
                V v = S.Add(S.Div(multiply ? S.Mul(p, q) : S.Add(p, q), scale), before);
                S.StoreBytes(y + i, S.Clamp(v, low, high), after);
            }

            return i;
        }
    }
}
