using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Inference.Kernels.Simd;

/// <content>Integers in memory.</content>
internal readonly unsafe partial struct Simd256 : IIntSimd<Vector256<float>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadBytes(byte* from, bool signed, int zero)
    {
        Vector256<int> v = signed ? Avx2.ConvertToVector256Int32((sbyte*)from) : Avx2.ConvertToVector256Int32(from);
        return Avx.ConvertToVector256Single(v - Vector256.Create(zero));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadInts(int* from, int zero) => Avx.ConvertToVector256Single(Vector256.Load(from) - Vector256.Create(zero));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBytes(byte* to, Vector256<float> x, int zero) => Bytes(x, zero).GetLower().Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBytesPart(byte* to, Vector256<float> x, int zero, int count) => FirstBytes.Store(Bytes(x, zero), to, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreLowBytes(byte* to, Vector256<float> x)
    {
        Vector256<int> low = x.AsInt32() & Vector256.Create(255);
        Vector128<ushort> words = Sse41.PackUnsignedSaturate(low.GetLower(), low.GetUpper());
        Sse2.PackUnsignedSaturate(words.AsInt16(), words.AsInt16()).GetLower().Store(to);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Clamp(Vector256<float> x, Vector256<float> low, Vector256<float> high) => Avx.Min(Avx.Max(x, low), high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Unordered(Vector256<float> a, Vector256<float> b) => Avx.CompareUnordered(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(Vector256<float> mask) => mask.AsInt32() != Vector256<int>.Zero;

    // The eight bytes twice.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Bytes(Vector256<float> x, int zero)
    {
        Vector256<int> q = (Avx.ConvertToVector256Int32(x) + Vector256.Create(zero)) & Vector256.Create(255);
        Vector128<ushort> words = Sse41.PackUnsignedSaturate(q.GetLower(), q.GetUpper());
        return Sse2.PackUnsignedSaturate(words.AsInt16(), words.AsInt16());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadHalves(byte* from, int zero, Vector256<float> scale, out Vector256<float> low, out Vector256<float> high)
    {
        Vector256<int> pairs = Avx2.ConvertToVector256Int32(from);
        var zeros = Vector256.Create(zero);
        low = Avx.ConvertToVector256Single((pairs & Vector256.Create(15)) - zeros) * scale;
        high = Avx.ConvertToVector256Single((pairs >>> 4) - zeros) * scale;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadFields(uint* from, int shift, int bits) =>
        Avx.ConvertToVector256Single(((Vector256.Load(from) >> shift) & Vector256.Create((1u << bits) - 1)).AsInt32());
}
