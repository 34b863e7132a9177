using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Quantized;

/// <summary>
/// y[i] = quantize(dequantize(a[i]) ∘ dequantize(b[i])) on bytes, ∘ addition or multiplication. The same bytes on every instruction set. Thread-safe.
/// Source: ONNX DequantizeLinear, Add, Mul, QuantizeLinear (opset 21); com.microsoft QLinearAdd, QLinearMul.
/// </summary>
public static unsafe class QuantizedBinary
{
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
        float low = Math.Max(formY.Signed ? -128 : 0, clipLow) - after;
        float high = Math.Min(formY.Signed ? 127 : 255, clipHigh) - after;
        nint i = 0;
        if (Avx512F.IsSupported && limit >= IsaTier.Avx512)
        {
            for (; i + 16 <= count; i += 16)
            {
                Vector512<float> p = Load512(a + i, in formA);
                Vector512<float> q = Load512(b + i, in formB);
                Vector512<float> v = ((multiply ? p * q : p + q) / Vector512.Create(formY.Scale)) + Vector512.Create((float)before);
                v = Avx512F.Min(Avx512F.Max(v, Vector512.Create(low)), Vector512.Create(high));
                Avx512F.ConvertToVector128Byte(Avx512F.ConvertToVector512Int32(v) + Vector512.Create(after)).Store(y + i);
            }
        }
        else if (Avx2.IsSupported && limit >= IsaTier.Avx2)
        {
            for (; i + 8 <= count; i += 8)
            {
                Vector256<float> p = Load256(a + i, in formA);
                Vector256<float> q = Load256(b + i, in formB);
                Vector256<float> v = ((multiply ? p * q : p + q) / Vector256.Create(formY.Scale)) + Vector256.Create((float)before);
                v = Avx.Min(Avx.Max(v, Vector256.Create(low)), Vector256.Create(high));
                Vector256<int> bytes = (Avx.ConvertToVector256Int32(v) + Vector256.Create(after)) & Vector256.Create(255);
                Vector128<ushort> words = Sse41.PackUnsignedSaturate(bytes.GetLower(), bytes.GetUpper());
                Sse2.PackUnsignedSaturate(words.AsInt16(), words.AsInt16()).GetLower().Store(y + i);
            }
        }

        for (; i < count; i++)
        {
            float p = ((formA.Signed ? (sbyte)a[i] : a[i]) - formA.ZeroPoint) * formA.Scale;
            float q = ((formB.Signed ? (sbyte)b[i] : b[i]) - formB.ZeroPoint) * formB.Scale;
            float v = ((multiply ? p * q : p + q) / formY.Scale) + before;
            v = v > low ? v : low;
            v = v < high ? v : high;
            y[i] = unchecked((byte)((int)MathF.Round(v) + after));
        }
    }

    internal static void Describe(List<KernelInfo> to)
    {
        to.Add(new KernelInfo("quantized_binary", "quantized_binary_u8_16_avx512", IsaTier.Avx512, Avx512F.IsSupported, Avx512F.IsSupported));
        to.Add(new KernelInfo("quantized_binary", "quantized_binary_u8_8_avx2", IsaTier.Avx2, Avx2.IsSupported, Avx2.IsSupported && !Avx512F.IsSupported));
        to.Add(new KernelInfo("quantized_binary", "quantized_binary_u8_1_scalar", IsaTier.Scalar, true, !Avx2.IsSupported));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Load512(byte* x, in QuantizedForm form)
    {
        Vector128<byte> q = Vector128.Load(x);
        Vector512<int> v = form.Signed ? Avx512F.ConvertToVector512Int32(q.AsSByte()) : Avx512F.ConvertToVector512Int32(q);
        return Avx512F.ConvertToVector512Single(v - Vector512.Create(form.ZeroPoint)) * Vector512.Create(form.Scale);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Load256(byte* x, in QuantizedForm form)
    {
        Vector256<int> v = form.Signed ? Avx2.ConvertToVector256Int32((sbyte*)x) : Avx2.ConvertToVector256Int32(x);
        return Avx.ConvertToVector256Single(v - Vector256.Create(form.ZeroPoint)) * Vector256.Create(form.Scale);
    }
}
