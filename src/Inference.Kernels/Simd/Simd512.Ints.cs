using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Inference.Kernels.Simd;

/// <content>Integers in memory.</content>
internal readonly unsafe partial struct Simd512 : IIntSimd<Vector512<float>>
{
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
    public static Vector512<float> Clamp(Vector512<float> x, Vector512<float> low, Vector512<float> high) => Avx512F.Min(Avx512F.Max(x, low), high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Unordered(Vector512<float> a, Vector512<float> b) => Avx512F.CompareUnordered(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(Vector512<float> mask) => mask.AsInt32() != Vector512<int>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Bytes(Vector512<float> x, int zero) =>
        Avx512F.ConvertToVector128Byte(Avx512F.ConvertToVector512Int32(x) + Vector512.Create(zero));
}
