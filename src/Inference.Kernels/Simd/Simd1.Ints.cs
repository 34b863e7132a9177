using System.Runtime.CompilerServices;

namespace Inference.Kernels.Simd;

/// <content>Integers in memory.</content>
internal readonly unsafe partial struct Simd1 : IIntSimd<float>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadBytes(byte* from, bool signed, int zero) => (signed ? (sbyte)*from : *from) - zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadInts(int* from, int zero) => unchecked(*from - zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBytes(byte* to, float x, int zero) => *to = unchecked((byte)((int)MathF.Round(x) + zero));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBytesPart(byte* to, float x, int zero, int count) => StoreBytes(to, x, zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreLowBytes(byte* to, float x) => *to = (byte)BitConverter.SingleToUInt32Bits(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Clamp(float x, float low, float high)
    {
        x = x > low ? x : low;
        return x < high ? x : high;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Unordered(float a, float b) => float.IsNaN(a) || float.IsNaN(b) ? BitConverter.Int32BitsToSingle(-1) : 0f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(float mask) => BitConverter.SingleToInt32Bits(mask) != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadHalves(byte* from, int zero, float scale, out float low, out float high)
    {
        low = ((*from & 15) - zero) * scale;
        high = ((*from >> 4) - zero) * scale;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadFields(uint* from, int shift, int bits) => (*from >> shift) & ((1u << bits) - 1);
}
