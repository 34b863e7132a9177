using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Inference.Kernels.Conversion;

/// <summary>Conversions between f32, f16 and bf16, rounding to nearest, halves to even; NaN stays NaN. Thread-safe.</summary>
internal static unsafe class FloatConversion
{
    /// <summary>f16 → f32, exact.</summary>
    /// <param name="x">Input.</param>
    /// <param name="y">Output, at least as long.</param>
    public static void HalfToSingle(ReadOnlySpan<Half> x, Span<float> y) => TensorPrimitives.ConvertToSingle(x, y);

    /// <summary>f32 → f16.</summary>
    /// <param name="x">Input.</param>
    /// <param name="y">Output, at least as long.</param>
    public static void SingleToHalf(ReadOnlySpan<float> x, Span<Half> y) => TensorPrimitives.ConvertToHalf(x, y);

    /// <summary>bf16 → f32, exact.</summary>
    /// <param name="x">Input, bf16 bits.</param>
    /// <param name="y">Output.</param>
    /// <param name="count">Elements.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

    // Adding just under half of the last kept bit, and one more if that bit is set, rounds halves to even.
    private static Vector256<uint> Round(Vector256<float> x)
    {
        Vector256<uint> bits = x.AsUInt32();
        Vector256<uint> rounded = (bits + Vector256.Create(0x7FFFu) + ((bits >> 16) & Vector256<uint>.One)) >> 16;
        Vector256<uint> quiet = (bits >> 16) | Vector256.Create(0x40u);
        return Vector256.ConditionalSelect(Vector256.Equals(x, x).AsUInt32(), rounded, quiet);
    }
}
