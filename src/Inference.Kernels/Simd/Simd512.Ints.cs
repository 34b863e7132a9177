using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Inference.Kernels.Simd;

/// <content>Integers in memory.</content>
internal readonly unsafe partial struct Simd512 : IIntSimd<Vector512<float>>
{
    // From 15 − zero on: code − zero for each code of 4 bits.
    private static ReadOnlySpan<float> Ramp => [-15, -14, -13, -12, -11, -10, -9, -8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadBytes(byte* from, bool signed, int zero)
    {
        Vector128<byte> x = Vector128.Load(from);
        Vector512<int> v = signed ? Avx512F.ConvertToVector512Int32(x.AsSByte()) : Avx512F.ConvertToVector512Int32(x);
        return Avx512F.ConvertToVector512Single(v - Vector512.Create(zero));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadInts(int* from, int zero) => Avx512F.ConvertToVector512Single(Vector512.Load(from) - Vector512.Create(zero));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBytes(byte* to, Vector512<float> x, int zero) => Bytes(x, zero).Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBytesPart(byte* to, Vector512<float> x, int zero, int count) => FirstBytes.Store(Bytes(x, zero), to, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreLowBytes(byte* to, Vector512<float> x) => Avx512F.ConvertToVector128Byte(x.AsInt32()).Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Clamp(Vector512<float> x, Vector512<float> low, Vector512<float> high) => Avx512F.Min(Avx512F.Max(x, low), high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Unordered(Vector512<float> a, Vector512<float> b) => Avx512F.CompareUnordered(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(Vector512<float> mask) => mask.AsInt32() != Vector512<int>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Bytes(Vector512<float> x, int zero) =>
        Avx512F.ConvertToVector128Byte(Avx512F.ConvertToVector512Int32(x) + Vector512.Create(zero));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadHalves(byte* from, int zero, Vector512<float> scale, out Vector512<float> low, out Vector512<float> high)
    {
        // A permutation takes the low four bits of an index: it looks the numbers up in a table of 16.
        Vector512<float> numbers = Numbers(zero, scale);
        Vector512<int> pairs = Avx512F.ConvertToVector512Int32(Vector128.Load(from));
        low = Avx512F.PermuteVar16x32(numbers, pairs);
        high = Avx512F.PermuteVar16x32(numbers, pairs >>> 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadFields(uint* from, int shift, int bits)
    {
        Vector512<int> fields = (Vector512.Load(from) >> shift).AsInt32();
        return bits == 4 ? Avx512F.PermuteVar16x32(Vector512.LoadUnsafe(ref MemoryMarshal.GetReference(Ramp), 15), fields) : Avx512F.ConvertToVector512Single(fields & Vector512.Create((1 << bits) - 1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Numbers(int zero, Vector512<float> scale) =>
        Vector512.LoadUnsafe(ref MemoryMarshal.GetReference(Ramp), (nuint)(15 - zero)) * scale;
}
