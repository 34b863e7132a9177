using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.Wasm;

namespace Inference.Kernels.Simd;

/// <content>Integers in memory.</content>
internal readonly unsafe partial struct Simd128 : IIntSimd<Vector128<float>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadBytes(byte* from, bool signed, int zero)
    {
        Vector128<byte> x = Vector128.CreateScalarUnsafe(*(uint*)from).AsByte();
        Vector128<int> v = signed
            ? Vector128.WidenLower(Vector128.WidenLower(x.AsSByte()))
            : Vector128.WidenLower(Vector128.WidenLower(x)).AsInt32();
        return ToSingle(v - Vector128.Create(zero));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadInts(int* from, int zero) => ToSingle(Vector128.Load(from) - Vector128.Create(zero));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBytes(byte* to, Vector128<float> x, int zero) => *(uint*)to = Bytes(x, zero).AsUInt32().ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBytesPart(byte* to, Vector128<float> x, int zero, int count) => FirstBytes.Store(Bytes(x, zero), to, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreLowBytes(byte* to, Vector128<float> x)
    {
        *(uint*)to = LowBytes(x.AsInt32()).AsUInt32().ToScalar();
    }

    // On Arm, minimum and maximum keep a NaN; those of numbers do not.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Clamp(Vector128<float> x, Vector128<float> low, Vector128<float> high) => AdvSimd.IsSupported
        ? AdvSimd.MinNumber(AdvSimd.MaxNumber(x, low), high)
        : Min(Max(x, low), high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Unordered(Vector128<float> a, Vector128<float> b) => ~(Vector128.Equals(a, a) & Vector128.Equals(b, b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(Vector128<float> mask) => mask.AsInt32() != Vector128<int>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ToSingle(Vector128<int> x) => PackedSimd.IsSupported ? PackedSimd.ConvertToSingle(x) : Vector128.ConvertToSingle(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> ToInt32(Vector128<float> x) => PackedSimd.IsSupported ? PackedSimd.ConvertToInt32Saturate(x) : Vector128.ConvertToInt32Native(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Bytes(Vector128<float> x, int zero) => LowBytes(ToInt32(Round(x)) + Vector128.Create(zero));

    // The lowest byte of each lane, the four of them four times. Mono for WebAssembly saturates where it narrows.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> LowBytes(Vector128<int> x)
    {
        if (PackedSimd.IsSupported)
        {
            return PackedSimd.Swizzle(x.AsByte(), Vector128.Create(0x0C080400).AsByte());
        }

        Vector128<ushort> words = Vector128.Narrow(x, x).AsUInt16();
        return Vector128.Narrow(words, words);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadHalves(byte* from, int zero, Vector128<float> scale, out Vector128<float> low, out Vector128<float> high)
    {
        Vector128<uint> pairs = Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(uint*)from).AsByte()));
        var zeros = Vector128.Create(zero);
        low = ToSingle((pairs & Vector128.Create(15u)).AsInt32() - zeros) * scale;
        high = ToSingle((pairs >> 4).AsInt32() - zeros) * scale;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadFields(uint* from, int shift, int bits) =>
        ToSingle(((Vector128.Load(from) >> shift) & Vector128.Create((1u << bits) - 1)).AsInt32());
}
