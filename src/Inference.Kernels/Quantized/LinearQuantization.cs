using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Inference.Kernels.Simd;

namespace Inference.Kernels.Quantized;

/// <summary>
/// Conversions between f32 and 8-bit linear quantization. The same values on every instruction set. Thread-safe.
/// Source: ONNX QuantizeLinear, DequantizeLinear (opset 21), DynamicQuantizeLinear (opset 11).
/// </summary>
public static unsafe class LinearQuantization
{
    // Scales for which no step of a division by the reciprocal leaves the normal numbers.
    private const float SmallestFast = 1e-20f;
    private const float LargestFast = 1e20f;

    /// <summary>
    /// y[i] = round(clamp(x[i] / scale, qmin − zeroPoint, qmax − zeroPoint)) + zeroPoint, halves to even; NaN gives qmin.
    /// </summary>
    /// <param name="x">Input.</param>
    /// <param name="y">Output, u8, or s8 if <paramref name="signed"/>.</param>
    /// <param name="count">Elements.</param>
    /// <param name="scale">Scale.</param>
    /// <param name="zeroPoint">Zero point, in the output's range.</param>
    /// <param name="signed">Whether the output is s8.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Quantize(float* x, byte* y, nint count, float scale, int zeroPoint, bool signed)
    {
        KernelAssert.Run(x, count);
        KernelAssert.Run(y, count);
        float low = (signed ? -128 : 0) - zeroPoint;
        float high = (signed ? 127 : 255) - zeroPoint;
        nint i = 0;
        if (Avx512F.IsSupported && MathF.Abs(scale) is > SmallestFast and < LargestFast)
        {
            i = QuantizeByReciprocal(x, y, count, scale, low, high, zeroPoint);
        }
        else if (Avx512F.IsSupported)
        {
            for (; i + 16 <= count; i += 16)
            {
                Vector512<float> v = Vector512.Load(x + i) / Vector512.Create(scale);
                v = Avx512F.Min(Avx512F.Max(v, Vector512.Create(low)), Vector512.Create(high));
                Avx512F.ConvertToVector128Byte(Avx512F.ConvertToVector512Int32(v) + Vector512.Create(zeroPoint)).Store(y + i);
            }
        }
        else if (Avx2.IsSupported)
        {
            for (; i + 8 <= count; i += 8)
            {
                Vector256<float> v = Vector256.Load(x + i) / Vector256.Create(scale);
                v = Avx.Min(Avx.Max(v, Vector256.Create(low)), Vector256.Create(high));
                Vector256<int> q = (Avx.ConvertToVector256Int32(v) + Vector256.Create(zeroPoint)) & Vector256.Create(255);
                Vector128<ushort> words = Sse41.PackUnsignedSaturate(q.GetLower(), q.GetUpper());
                Sse2.PackUnsignedSaturate(words.AsInt16(), words.AsInt16()).GetLower().Store(y + i);
            }
        }

        for (; i < count; i++)
        {
            y[i] = QuantizeOne(x[i], scale, zeroPoint, low, high);
        }
    }

    /// <summary>y[i] = f32(x[i] − zeroPoint) · scale.</summary>
    /// <param name="x">Input, u8, or s8 if <paramref name="signed"/>.</param>
    /// <param name="y">Output.</param>
    /// <param name="count">Elements.</param>
    /// <param name="scale">Scale.</param>
    /// <param name="zeroPoint">Zero point.</param>
    /// <param name="signed">Whether the input is s8.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Dequantize(byte* x, float* y, nint count, float scale, int zeroPoint, bool signed)
    {
        KernelAssert.Run(x, count);
        KernelAssert.Run(y, count);
        nint i = 0;
        if (Avx512F.IsSupported)
        {
            Vector512<int> zero = Vector512.Create(zeroPoint);
            Vector512<float> s = Vector512.Create(scale);
            for (; i + 16 <= count; i += 16)
            {
                Vector128<byte> q = Vector128.Load(x + i);
                Vector512<int> v = signed ? Avx512F.ConvertToVector512Int32(q.AsSByte()) : Avx512F.ConvertToVector512Int32(q);
                (Avx512F.ConvertToVector512Single(v - zero) * s).Store(y + i);
            }
        }
        else if (Avx2.IsSupported)
        {
            Vector256<int> zero = Vector256.Create(zeroPoint);
            Vector256<float> s = Vector256.Create(scale);
            for (; i + 8 <= count; i += 8)
            {
                Vector256<int> v = signed ? Avx2.ConvertToVector256Int32((sbyte*)x + i) : Avx2.ConvertToVector256Int32(x + i);
                (Avx.ConvertToVector256Single(v - zero) * s).Store(y + i);
            }
        }

        for (; i < count; i++)
        {
            y[i] = ((signed ? (sbyte)x[i] : x[i]) - zeroPoint) * scale;
        }
    }

    /// <summary>y[i] = f32(x[i] − zeroPoint) · scale for s32 x, the difference modulo 2^32.</summary>
    /// <param name="x">Input.</param>
    /// <param name="y">Output; may be the same memory.</param>
    /// <param name="count">Elements.</param>
    /// <param name="scale">Scale.</param>
    /// <param name="zeroPoint">Zero point.</param>
    public static void Dequantize(int* x, float* y, nint count, float scale, int zeroPoint)
    {
        KernelAssert.Run(x, count);
        KernelAssert.Run(y, count);
        KernelAssert.SameOrApart(x, y, count);
        nint i = 0;
        for (; i + 8 <= count; i += 8)
        {
            (Vector256.ConvertToSingle(Vector256.Load(x + i) - Vector256.Create(zeroPoint)) * Vector256.Create(scale)).Store(y + i);
        }

        for (; i < count; i++)
        {
            y[i] = (x[i] - zeroPoint) * scale;
        }
    }

    /// <summary>
    /// Chooses scale and zero point for u8 from the range of x with 0 forced in: scale = (max − min) / 255 (1 if that is 0),
    /// zeroPoint = round(clamp(−min / scale, 0, 255)), halves to even.
    /// </summary>
    /// <param name="x">Input.</param>
    /// <param name="count">Elements.</param>
    /// <param name="scale">Scale.</param>
    /// <param name="zeroPoint">Zero point, 0 to 255.</param>
    public static void ChooseParameters(float* x, nint count, out float scale, out byte zeroPoint)
    {
        KernelAssert.Run(x, count);
        Range(x, count, out float min, out float max);
        scale = max == min ? 1f : (max - min) / 255f;
        float point = Math.Clamp(0f - (min / scale), 0f, 255f);
        zeroPoint = float.IsNaN(point) ? (byte)0 : (byte)MathF.Round(point);
    }

    /// <summary>Quantizes x to u8 with the parameters of <see cref="ChooseParameters"/>.</summary>
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

    internal static void Describe(List<KernelInfo> to) => SimdNames.Describe(to, "quantize_linear");

    // The quotient is exact, so the bytes are those of a division. r is the reciprocal rounded to nearest and q1 = fma(e, r, q) with
    // e = x − q·scale (exact by fma) differs from x/scale by less than an ulp; the same step once more then gives x/scale rounded to
    // nearest (Markstein 1990). x is held within ±512·scale first: what lies beyond is clamped anyway, and no step can overflow or,
    // where a rounding is decided (|x/scale| near 1/2 or more), underflow. A NaN goes through to Max, which takes `low` for it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nint QuantizeByReciprocal(float* x, byte* y, nint count, float scale, float low, float high, int zeroPoint)
    {
        Vector512<float> s = Vector512.Create(scale);
        Vector512<float> r = Vector512.Create(1f / scale);
        Vector512<float> least = Vector512.Create(-512f * MathF.Abs(scale));
        Vector512<float> most = Vector512.Create(512f * MathF.Abs(scale));
        Vector512<float> lowest = Vector512.Create(low);
        Vector512<float> highest = Vector512.Create(high);
        Vector512<int> zero = Vector512.Create(zeroPoint);
        nint i = 0;
        for (; i + 16 <= count; i += 16)
        {
            // Max and Min return their second operand for a NaN.
            Vector512<float> v = Avx512F.Min(most, Avx512F.Max(least, Vector512.Load(x + i)));
            Vector512<float> q = v * r;
            q = Avx512F.FusedMultiplyAdd(Avx512F.FusedMultiplyAddNegated(q, s, v), r, q);
            q = Avx512F.FusedMultiplyAdd(Avx512F.FusedMultiplyAddNegated(q, s, v), r, q);
            q = Avx512F.Min(Avx512F.Max(q, lowest), highest);
            Avx512F.ConvertToVector128Byte(Avx512F.ConvertToVector512Int32(q) + zero).Store(y + i);
        }

        return i;
    }

    private static byte QuantizeOne(float x, float scale, int zeroPoint, float low, float high)
    {
        float v = x / scale;
        v = v > low ? v : low;
        v = v < high ? v : high;
        return (byte)((int)MathF.Round(v) + zeroPoint);
    }

    /// <summary>Smallest and largest of 0 and all elements; both NaN if an element is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Range(float* x, nint count, out float min, out float max)
    {
        min = 0f;
        max = 0f;
        bool ordered = true;
        nint i = 0;
        if (Avx512F.IsSupported && count >= 32)
        {
            Vector512<float> low0 = Vector512<float>.Zero;
            Vector512<float> high0 = low0;
            Vector512<float> low1 = low0;
            Vector512<float> high1 = low0;
            Vector512<float> odd = low0;
            for (; i + 32 <= count; i += 32)
            {
                Vector512<float> a = Vector512.Load(x + i);
                Vector512<float> b = Vector512.Load(x + i + 16);
                low0 = Avx512F.Min(low0, a);
                high0 = Avx512F.Max(high0, a);
                low1 = Avx512F.Min(low1, b);
                high1 = Avx512F.Max(high1, b);
                odd |= Avx512F.CompareUnordered(a, b);
            }

            min = Least(Avx512F.Min(low0, low1));
            max = -Least(-Avx512F.Max(high0, high1));
            ordered = odd.AsInt32() == Vector512<int>.Zero;
        }
        else if (count >= 8)
        {
            Vector256<float> low = Vector256<float>.Zero;
            Vector256<float> high = Vector256<float>.Zero;
            Vector256<float> same = Vector256<float>.AllBitsSet;
            for (; i + 8 <= count; i += 8)
            {
                Vector256<float> v = Vector256.Load(x + i);
                low = Vector256.MinNative(low, v);
                high = Vector256.MaxNative(high, v);
                same &= Vector256.Equals(v, v);
            }

            min = Simd256.MinAcross(low);
            max = Simd256.MaxAcross(high);
            ordered = same.AsInt32() == Vector256<int>.AllBitsSet;
        }

        for (; i < count; i++)
        {
            min = x[i] < min ? x[i] : min;
            max = x[i] > max ? x[i] : max;
            ordered &= !float.IsNaN(x[i]);
        }

        if (!ordered)
        {
            min = float.NaN;
            max = float.NaN;
        }
    }

    private static float Least(Vector512<float> v) => Simd256.MinAcross(Avx.Min(v.GetLower(), v.GetUpper()));
}
