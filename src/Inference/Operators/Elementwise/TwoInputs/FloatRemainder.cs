using System.Numerics;
using System.Runtime.CompilerServices;

namespace Inference.Operators.Elementwise.TwoInputs;

/// <summary>The remainder with the dividend's sign, a − b·trunc(a/b), exact as C's fmod, by vectors of float or double.</summary>
internal static class FloatRemainder
{
    /// <summary>a % b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<C> Of<C>(Vector<C> a, Vector<C> b)
        where C : unmanaged, INumber<C>
    {
        // Below so many multiples trunc(a/b) is the true quotient or one beside it, and the remainder by either is exact in a fused product: it is a multiple of the operands' last bits and
        // no longer than they are.
        var most = new Vector<C>(C.CreateTruncating(typeof(C) == typeof(float) ? 1L << 22 : 1L << 51));
        Vector<C> q = Truncate(a / b);
        Vector<C> finite = Vector.LessThan(Vector.Abs(b), new Vector<C>(C.One / C.Zero));
        if (!Vector.EqualsAll(Vector.LessThan(Vector.Abs(q), most).As<C, byte>() & finite.As<C, byte>(), Vector<byte>.AllBitsSet))
        {
            return OneByOne(a, b);
        }

        Vector<C> rest = Fused(-q, b, a);
        // A quotient that was rounded up to an integer is one too large: the remainder has the other sign.
        Vector<C> zero = Vector<C>.Zero;
        Vector<C> over = Vector.AndNot(Vector.LessThan(rest, zero) ^ Vector.LessThan(a, zero), Vector.Equals(rest, zero));
        Vector<C> back = Vector.ConditionalSelect(Vector.LessThan(q, zero), q + Vector<C>.One, q - Vector<C>.One);
        rest = Vector.ConditionalSelect(over, Fused(-back, b, a), rest);
        return Vector.ConditionalSelect(Vector.Equals(rest, zero), SignOf(a), rest);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<C> Truncate<C>(Vector<C> x) =>
        typeof(C) == typeof(float) ? Vector.Truncate(x.As<C, float>()).As<float, C>() : Vector.Truncate(x.As<C, double>()).As<double, C>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<C> Fused<C>(Vector<C> a, Vector<C> b, Vector<C> c) => typeof(C) == typeof(float)
        ? Vector.FusedMultiplyAdd(a.As<C, float>(), b.As<C, float>(), c.As<C, float>()).As<float, C>()
        : Vector.FusedMultiplyAdd(a.As<C, double>(), b.As<C, double>(), c.As<C, double>()).As<double, C>();

    // 0 with the sign of x.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<C> SignOf<C>(Vector<C> x) => typeof(C) == typeof(float)
        ? (x.As<C, float>() & new Vector<float>(-0f)).As<float, C>()
        : (x.As<C, double>() & new Vector<double>(-0.0)).As<double, C>();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector<C> OneByOne<C>(Vector<C> a, Vector<C> b)
        where C : unmanaged, INumber<C>
    {
        Vector<C> y = default;
        for (int i = 0; i < Vector<C>.Count; i++)
        {
            y = y.WithElement(i, a[i] % b[i]);
        }

        return y;
    }
}
