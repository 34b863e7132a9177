using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.Wasm;
using System.Runtime.Intrinsics.X86;

namespace Inference.Kernels.Simd;

/// <summary>Four lanes: one part, so zips keep the order.</summary>
internal readonly unsafe struct Pairs128 : IPairSimd<Vector128<int>>
{
    public static bool IsSupported => Simd128.IsSupported && Zip.IsAccelerated;

    public static int Lanes => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Load(int* from) => Vector128.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(int* to, Vector128<int> x) => x.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Add(Vector128<int> a, Vector128<int> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Widen(byte* from, bool signed) => signed
        ? Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)from).AsSByte()).AsInt32()
        : Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)from).AsByte()).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> ZipLow(Vector128<int> a, Vector128<int> b) => Zip.Low16(a.AsUInt16(), b.AsUInt16()).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> ZipHigh(Vector128<int> a, Vector128<int> b) => Zip.High16(a.AsUInt16(), b.AsUInt16()).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Dot(Vector128<int> a, Vector128<int> b) => Sse2.IsSupported
        ? Sse2.MultiplyAddAdjacent(a.AsInt16(), b.AsInt16())
        : PackedSimd.IsSupported ? PackedSimd.Dot(a.AsInt16(), b.AsInt16())
        : AdvSimd.Arm64.AddPairwise(
            AdvSimd.MultiplyWideningLower(a.AsInt16().GetLower(), b.AsInt16().GetLower()), AdvSimd.MultiplyWideningUpper(a.AsInt16(), b.AsInt16()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> ToLow(Vector128<int> first, Vector128<int> second) => first;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> ToHigh(Vector128<int> first, Vector128<int> second) => second;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> First(Vector128<int> low, Vector128<int> high) => low;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Second(Vector128<int> low, Vector128<int> high) => high;
}
