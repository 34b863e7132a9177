using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Inference.Kernels.Simd;

/// <summary>Eight lanes.</summary>
internal readonly unsafe struct Pairs256 : IPairSimd<Vector256<int>>
{
    public static bool IsSupported => Avx2.IsSupported;

    public static int Lanes => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Load(int* from) => Vector256.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(int* to, Vector256<int> x) => x.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> a, Vector256<int> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Widen(byte* from, bool signed) => signed ? Avx2.ConvertToVector256Int16((sbyte*)from).AsInt32() : Avx2.ConvertToVector256Int16(from).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> ZipLow(Vector256<int> a, Vector256<int> b) => Avx2.UnpackLow(a.AsInt16(), b.AsInt16()).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> ZipHigh(Vector256<int> a, Vector256<int> b) => Avx2.UnpackHigh(a.AsInt16(), b.AsInt16()).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Dot(Vector256<int> a, Vector256<int> b) => Avx2.MultiplyAddAdjacent(a.AsInt16(), b.AsInt16());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> ToLow(Vector256<int> first, Vector256<int> second) => Avx2.Permute2x128(first, second, 0x20);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> ToHigh(Vector256<int> first, Vector256<int> second) => Avx2.Permute2x128(first, second, 0x31);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> First(Vector256<int> low, Vector256<int> high) => Avx2.Permute2x128(low, high, 0x20);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Second(Vector256<int> low, Vector256<int> high) => Avx2.Permute2x128(low, high, 0x31);
}
