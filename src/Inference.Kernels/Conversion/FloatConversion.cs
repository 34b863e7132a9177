using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Inference.Kernels.Simd;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Conversion;

/// <summary>Conversions between f32, f16 and bf16, rounding to nearest, halves to even; NaN stays NaN. Thread-safe.</summary>
internal static unsafe class FloatConversion
{
    /// <summary>f16 → f32, exact.</summary>
    /// <param name="x">Input.</param>
    /// <param name="y">Output.</param>
    /// <param name="count">Elements.</param>
    public static void HalfToSingle(Half* x, float* y, nint count)
    {
        KernelAssert.Run(x, count);
        KernelAssert.Run(y, count);
        KernelAssert.Apart(x, count * sizeof(ushort), y, count * sizeof(float));
        for (nint i = 0; i < count;)
        {
            nint stop = LongLoop.Next(i, count);
            nint whole = HalfLanes.Whole(stop - i);
            WidenWhole((ushort*)x + i, y + i, whole);
            i += whole;
            TensorPrimitives.ConvertToSingle(new ReadOnlySpan<Half>(x + i, (int)(stop - i)), new Span<float>(y + i, (int)(stop - i)));
            i = stop;
        }
    }

    /// <summary>f32 → f16.</summary>
    /// <param name="x">Input.</param>
    /// <param name="y">Output.</param>
    /// <param name="count">Elements.</param>
    public static void SingleToHalf(float* x, Half* y, nint count)
    {
        KernelAssert.Run(x, count);
        KernelAssert.Run(y, count);
        KernelAssert.Apart(x, count * sizeof(float), y, count * sizeof(ushort));
        for (nint i = 0; i < count;)
        {
            nint stop = LongLoop.Next(i, count);
            nint whole = HalfLanes.Whole(stop - i);
            NarrowWhole(x + i, (ushort*)y + i, whole);
            i += whole;
            TensorPrimitives.ConvertToHalf(new ReadOnlySpan<float>(x + i, (int)(stop - i)), new Span<Half>(y + i, (int)(stop - i)));
            i = stop;
        }
    }

    /// <summary>f64 → f32 by rounding to odd: what is then rounded to a type of at most 22 bits of mantissa is rounded once.</summary>
    /// <param name="x">Input.</param>
    /// <param name="y">Output.</param>
    /// <param name="count">Elements.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void DoubleToOddSingle(double* x, float* y, nint count)
    {
        KernelAssert.Run(x, count);
        KernelAssert.Run(y, count);
        KernelAssert.Apart(x, count * sizeof(double), y, count * sizeof(float));
        nint i = 0;
        for (; i + 8 <= count; i += 8)
        {
            Vector256.Narrow(Odd(Vector256.Load(x + i)), Odd(Vector256.Load(x + i + 4))).Store(y + i);
        }

        for (; i < count; i++)
        {
            y[i] = (float)Odd(Vector256.Create(x[i]))[0];
        }
    }

    /// <summary>bf16 → f32, exact.</summary>
    /// <param name="x">Input, bf16 bits.</param>
    /// <param name="y">Output.</param>
    /// <param name="count">Elements.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void BFloat16ToSingle(ushort* x, float* y, nint count)
    {
        KernelAssert.Run(x, count);
        KernelAssert.Run(y, count);
        KernelAssert.Apart(x, count * sizeof(ushort), y, count * sizeof(float));
        nint i = 0;
        for (; i + 16 <= count; i += 16)
        {
            (Vector256<uint> low, Vector256<uint> high) = Vector256.Widen(Vector256.Load(x + i));
            (low << 16).AsSingle().Store(y + i);
            (high << 16).AsSingle().Store(y + i + 8);
        }

        for (; i < count; i++)
        {
            y[i] = BitConverter.UInt32BitsToSingle((uint)x[i] << 16);
        }
    }

    /// <summary>f32 → bf16.</summary>
    /// <param name="x">Input.</param>
    /// <param name="y">Output, bf16 bits.</param>
    /// <param name="count">Elements.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void SingleToBFloat16(float* x, ushort* y, nint count)
    {
        KernelAssert.Run(x, count);
        KernelAssert.Run(y, count);
        KernelAssert.Apart(x, count * sizeof(float), y, count * sizeof(ushort));
        nint i = 0;
        for (; i + 16 <= count; i += 16)
        {
            Vector256.Narrow(Round(Vector256.Load(x + i)), Round(Vector256.Load(x + i + 8))).Store(y + i);
        }

        for (; i < count; i++)
        {
            uint bits = BitConverter.SingleToUInt32Bits(x[i]);
            y[i] = float.IsNaN(x[i]) ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void WidenWhole(ushort* x, float* y, nint count)
    {
        for (nint i = 0; i < count; i += HalfLanes.Count)
        {
            HalfLanes.Widen(x + i).Store(y + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void NarrowWhole(float* x, ushort* y, nint count)
    {
        for (nint i = 0; i < count; i += HalfLanes.Count)
        {
            HalfLanes.Narrow(Vector512.Load(x + i), y + i);
        }
    }

    // The 29 bits that f32 does not have, as one bit: the lowest that it has is set where any of them is.
    private static Vector256<double> Odd(Vector256<double> x)
    {
        Vector256<ulong> cut = Vector256.Create(0x1FFFFFFFul);
        Vector256<ulong> bits = x.AsUInt64();
        Vector256<ulong> exact = Vector256.Equals(bits & cut, Vector256<ulong>.Zero);
        return (Vector256.AndNot(bits, cut) | Vector256.AndNot(Vector256.Create(0x20000000ul), exact)).AsDouble();
    }

    // Adding just under half of the last kept bit, and one more if that bit is set, rounds halves to even.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<uint> Round(Vector256<float> x)
    {
        Vector256<uint> bits = x.AsUInt32();
        Vector256<uint> rounded = (bits + Vector256.Create(0x7FFFu) + ((bits >> 16) & Vector256<uint>.One)) >> 16;
        Vector256<uint> quiet = (bits >> 16) | Vector256.Create(0x40u);
        return Vector256.ConditionalSelect(Vector256.Equals(x, x).AsUInt32(), rounded, quiet);
    }
}
