using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Inference.Kernels.Simd;

/// <summary>Sixteen numbers between f16 and f32, in registers of 512 bits.</summary>
internal static unsafe class HalfLanes
{
    /// <summary>Numbers at once.</summary>
    public const int Count = 16;

    /// <summary>How many of so many numbers are converted here, a multiple of <see cref="Count"/>: none where there are no such registers, as there are faster ways then.</summary>
    public static nint Whole(nint count) => Vector512.IsHardwareAccelerated ? count & -Count : 0;

    /// <summary>Exact. The bits moved to where f32 has them are a number 2¹¹² too small, denormals too; infinity and NaN get their exponent.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Widen(ushort* x)
    {
        Vector512<uint> bits = Vector512.WidenLower(Vector256.Load(x).ToVector512Unsafe());
        Vector512<uint> magnitude = (bits & Vector512.Create(0x7FFFu)) << 13;
        Vector512<uint> number = (magnitude.AsSingle() * Vector512.Create(5.192296858534828e33f)).AsUInt32();
        Vector512<uint> beyond = Vector512.GreaterThanOrEqual(magnitude, Vector512.Create(0x0F800000u)) & Vector512.Create(0x7F800000u);
        return (number | beyond | ((bits & Vector512.Create(0x8000u)) << 16)).AsSingle();
    }

    /// <summary>Rounded to nearest, halves to even.</summary>
    /// <remarks>
    /// With c = 2^e ≤ |x| &lt; 2^(e+1), the sum of |x| and 2¹³·c is |x| rounded to the 11 bits of f16, which stand in its low bits; below 2⁻¹⁴ c stays that number, as the last bit is that of the
    /// denormals. From 2¹⁶ on all is infinity.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Narrow(Vector512<float> x, ushort* y)
    {
        Vector512<uint> bits = x.AsUInt32();
        Vector512<uint> a = Vector512.Min(bits & Vector512.Create(0x7FFFFFFFu), Vector512.Create(0x47800000u));
        Vector512<uint> c = Vector512.Max(a & Vector512.Create(0x7F800000u), Vector512.Create(0x38800000u));
        Vector512<uint> sum = Vector512.FusedMultiplyAdd(c.AsSingle(), Vector512.Create(8192f), a.AsSingle()).AsUInt32();
        // The bits of the sum less those of 2¹³·c, and the exponent that f16 has for c.
        Vector512<uint> number = sum - c + ((c >> 13) + Vector512.Create(unchecked((13u << 10) - (13u << 23) - (126u << 10))));
        number = Vector512.ConditionalSelect(Vector512.Equals(x, x).AsUInt32(), number, Vector512.Create(0x7E00u));
        number |= (bits >> 16) & Vector512.Create(0x8000u);
        CastLanes.StoreInts(y, number.AsInt32());
    }
}
