using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.Wasm;
using System.Runtime.Intrinsics.X86;

namespace Inference.Kernels.Simd;

/// <summary>Interleaves the halves of two vectors: low = a0 b0 a1 b1 …, high from their upper halves. All run everywhere; whether by few instructions is <see cref="IsAccelerated"/>.</summary>
internal static class Zip
{
    public static bool IsAccelerated => Sse2.IsSupported || AdvSimd.Arm64.IsSupported || PackedSimd.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Low8(Vector128<byte> a, Vector128<byte> b) =>
        Sse2.IsSupported ? Sse2.UnpackLow(a, b) : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b) : Bytes(Vector128.WidenLower(a), Vector128.WidenLower(b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> High8(Vector128<byte> a, Vector128<byte> b) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(a, b) : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b) : Bytes(Vector128.WidenUpper(a), Vector128.WidenUpper(b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ushort> Low16(Vector128<ushort> a, Vector128<ushort> b) =>
        Sse2.IsSupported ? Sse2.UnpackLow(a, b) : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b) : Words(Vector128.WidenLower(a), Vector128.WidenLower(b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ushort> High16(Vector128<ushort> a, Vector128<ushort> b) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(a, b) : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b) : Words(Vector128.WidenUpper(a), Vector128.WidenUpper(b));

    // Widened elements of b beside those of a: where the lower half of each lane is in memory first.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Bytes(Vector128<ushort> a, Vector128<ushort> b) => (a | (b << 8)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ushort> Words(Vector128<uint> a, Vector128<uint> b) => (a | (b << 16)).AsUInt16();
}
