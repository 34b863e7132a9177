using System.Runtime.CompilerServices;

namespace Inference.Kernels.Simd;

/// <summary>
/// Trigonometric and hyperbolic functions and their inverses over <see cref="ISimd{TVector}"/>, with polynomials made as those of <see cref="SimdMath"/>. Bounds are against the exact
/// value, in ULP of the result.
/// </summary>
internal static class SimdTrigonometry
{
    // Up to this magnitude the remainder of x by π/2 keeps its relative precision.
    /// <summary>The largest |x| of <see cref="Sin"/>, <see cref="Cos"/> and <see cref="Tan"/>.</summary>
    public const float Largest = 50000f;

    private const float HalfPi = 1.57079637f;
    private const float HalfPiLow = -4.37113883e-8f;
    private const float HalfPiLowest = -1.71512449e-15f;
    private const float Pi = 3.14159274f;
    private const float PiLow = -8.74227766e-8f;
    private const float TwoOverPi = 0.636619747f;

    /// <summary>sin x for |x| ≤ <see cref="Largest"/>; 2 ULP.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sin<S, V>(V x)
        where S : struct, ISimd<V>
        where V : struct
    {
        V r = Reduce<S, V>(x, out V n);
        V y = Quadrant<S, V>(r, n);
        // −0 is itself.
        return S.Select(S.Equal(x, S.Splat(0f)), x, y);
    }

    /// <summary>cos x for |x| ≤ <see cref="Largest"/>; 2 ULP.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Cos<S, V>(V x)
        where S : struct, ISimd<V>
        where V : struct
    {
        V r = Reduce<S, V>(x, out V n);
        return Quadrant<S, V>(r, S.Add(n, S.Splat(1f)));
    }

    /// <summary>tan x for |x| ≤ <see cref="Largest"/>; 4 ULP.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Tan<S, V>(V x)
        where S : struct, ISimd<V>
        where V : struct
    {
        V r = Reduce<S, V>(x, out V n);
        V u = S.Mul(r, r);
        V p = S.Splat(4.430521e-3f);
        p = S.Fma(p, u, S.Splat(-1.797657e-5f));
        p = S.Fma(p, u, S.Splat(1.0918587e-2f));
        p = S.Fma(p, u, S.Splat(2.125108e-2f));
        p = S.Fma(p, u, S.Splat(5.406577e-2f));
        p = S.Fma(p, u, S.Splat(1.3332613e-1f));
        p = S.Fma(p, u, S.Splat(3.3333352e-1f));
        V t = S.Fma(S.Mul(r, u), p, r);
        V y = S.Select(IsOdd<S, V>(n), S.Div(S.Splat(-1f), t), t);
        return S.Select(S.Equal(x, S.Splat(0f)), x, y);
    }

    /// <summary>arcsin x; 3 ULP; NaN beyond ±1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Asin<S, V>(V x)
        where S : struct, ISimd<V>
        where V : struct
    {
        V p = AsinReduced<S, V>(S.Abs(x), out V large);
        // arcsin a = π/2 − 2·arcsin √((1 − a)/2)
        V beyond = S.Add(S.Fma(S.Splat(-2f), p, S.Splat(HalfPi)), S.Splat(HalfPiLow));
        return SignOf<S, V>(x, S.Select(large, beyond, p));
    }

    /// <summary>arccos x; 3 ULP; NaN beyond ±1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Acos<S, V>(V x)
        where S : struct, ISimd<V>
        where V : struct
    {
        V p = AsinReduced<S, V>(S.Abs(x), out V large);
        V negative = S.LessThan(x, S.Splat(0f));
        V middle = S.Sub(S.Splat(HalfPi), S.Sub(SignOf<S, V>(x, p), S.Splat(HalfPiLow)));
        V twice = S.Add(p, p);
        V ends = S.Select(negative, S.Add(S.Sub(S.Splat(Pi), twice), S.Splat(PiLow)), twice);
        return S.Select(large, ends, middle);
    }

    /// <summary>arctan x; 3 ULP.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Atan<S, V>(V x)
        where S : struct, ISimd<V>
        where V : struct
    {
        V a = S.Abs(x);
        V large = S.LessThan(S.Splat(1f), a);
        V z = S.Select(large, S.Div(S.Splat(1f), a), a);
        V u = S.Mul(z, z);
        V p = S.Splat(-1.7936223e-3f);
        p = S.Fma(p, u, S.Splat(1.0914609e-2f));
        p = S.Fma(p, u, S.Splat(-3.117785e-2f));
        p = S.Fma(p, u, S.Splat(5.79576e-2f));
        p = S.Fma(p, u, S.Splat(-8.403451e-2f));
        p = S.Fma(p, u, S.Splat(1.0952186e-1f));
        p = S.Fma(p, u, S.Splat(-1.4264242e-1f));
        p = S.Fma(p, u, S.Splat(1.9998549e-1f));
        p = S.Fma(p, u, S.Splat(-3.33333e-1f));
        V t = S.Fma(S.Mul(z, u), p, z);
        return SignOf<S, V>(x, S.Select(large, S.Add(S.Sub(S.Splat(HalfPi), t), S.Splat(HalfPiLow)), t));
    }

    /// <summary>sinh x; 6 ULP.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sinh<S, V>(V x)
        where S : struct, ISimd<V>
        where V : struct
    {
        V a = S.Abs(x);
        V half = HalfExp<S, V>(a);
        V y = S.Sub(half, S.Div(S.Splat(0.25f), half));
        V u = S.Mul(a, a);
        V p = S.Splat(2.8169513e-6f);
        p = S.Fma(p, u, S.Splat(1.983616e-4f));
        p = S.Fma(p, u, S.Splat(8.33335e-3f));
        p = S.Fma(p, u, S.Splat(1.6666667e-1f));
        return SignOf<S, V>(x, S.Select(S.LessThan(a, S.Splat(1f)), S.Fma(S.Mul(a, u), p, a), y));
    }

    /// <summary>cosh x; 6 ULP.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Cosh<S, V>(V x)
        where S : struct, ISimd<V>
        where V : struct
    {
        V half = HalfExp<S, V>(S.Abs(x));
        return S.Add(half, S.Div(S.Splat(0.25f), half));
    }

    /// <summary>arsinh x; 6 ULP.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Asinh<S, V>(V x)
        where S : struct, ISimd<V>
        where V : struct
    {
        V a = S.Abs(x);
        V u = S.Mul(a, a);
        // ln(a + √(a² + 1)), the part above 1 apart.
        V above = S.Add(a, S.Div(u, S.Add(S.Splat(1f), S.Sqrt(S.Add(S.Splat(1f), u)))));
        return SignOf<S, V>(x, LogOf<S, V>(a, above));
    }

    /// <summary>arcosh x; 6 ULP; NaN below 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Acosh<S, V>(V x)
        where S : struct, ISimd<V>
        where V : struct
    {
        V t = S.Sub(x, S.Splat(1f));
        V above = S.Add(t, S.Sqrt(S.Mul(t, S.Add(t, S.Splat(2f)))));
        return S.Select(S.LessThan(x, S.Splat(1f)), S.Splat(float.NaN), LogOf<S, V>(x, above));
    }

    /// <summary>artanh x; 6 ULP; ±∞ at ±1, NaN beyond.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Atanh<S, V>(V x)
        where S : struct, ISimd<V>
        where V : struct
    {
        V a = S.Abs(x);
        V above = S.Div(S.Add(a, a), S.Sub(S.Splat(1f), a));
        return SignOf<S, V>(x, S.Mul(S.Splat(0.5f), SimdMath.LogP1<S, V>(above)));
    }

    // x − n·π/2 for the nearest n. The first product leaves a multiple of 2⁻²³ below 1, which is exact; the others are rounded once, relative to what is left.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Reduce<S, V>(V x, out V n)
        where S : struct, ISimd<V>
        where V : struct
    {
        n = S.Round(S.Mul(x, S.Splat(TwoOverPi)));
        return S.Fused(n, S.Splat(-HalfPiLowest), S.Fused(n, S.Splat(-HalfPiLow), S.Fused(n, S.Splat(-HalfPi), x)));
    }

    // sin(r + n·π/2): sin r, cos r, −sin r, −cos r by n modulo 4.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Quadrant<S, V>(V r, V n)
        where S : struct, ISimd<V>
        where V : struct
    {
        V u = S.Mul(r, r);
        V p = S.Splat(2.7179399e-6f);
        p = S.Fma(p, u, S.Splat(-1.9839295e-4f));
        p = S.Fma(p, u, S.Splat(8.333329e-3f));
        p = S.Fma(p, u, S.Splat(-1.6666667e-1f));
        V sine = S.Fma(S.Mul(r, u), p, r);
        V q = S.Splat(-2.7206798e-7f);
        q = S.Fma(q, u, S.Splat(2.479948e-5f));
        q = S.Fma(q, u, S.Splat(-1.3888883e-3f));
        q = S.Fma(q, u, S.Splat(4.1666668e-2f));
        V cosine = S.Fma(S.Mul(u, u), q, S.Fma(u, S.Splat(-0.5f), S.Splat(1f)));
        V y = S.Select(IsOdd<S, V>(n), cosine, sine);
        // Half of n, rounded down, is odd in the second half of a turn.
        V turned = IsOdd<S, V>(S.Floor(S.Mul(n, S.Splat(0.5f))));
        return S.Select(turned, S.Neg(y), y);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V IsOdd<S, V>(V n)
        where S : struct, ISimd<V>
        where V : struct => S.LessThan(S.Floor(S.Mul(n, S.Splat(0.5f))), S.Mul(n, S.Splat(0.5f)));

    // arcsin a for a ≤ ½, arcsin √((1 − a)/2) above.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V AsinReduced<S, V>(V a, out V large)
        where S : struct, ISimd<V>
        where V : struct
    {
        large = S.LessThan(S.Splat(0.5f), a);
        V u = S.Select(large, S.Mul(S.Sub(S.Splat(1f), a), S.Splat(0.5f)), S.Mul(a, a));
        V s = S.Select(large, S.Sqrt(u), a);
        V p = S.Splat(3.759765e-2f);
        p = S.Fma(p, u, S.Splat(1.4380559e-2f));
        p = S.Fma(p, u, S.Splat(3.1823143e-2f));
        p = S.Fma(p, u, S.Splat(4.4515096e-2f));
        p = S.Fma(p, u, S.Splat(7.500514e-2f));
        p = S.Fma(p, u, S.Splat(1.666666e-1f));
        return S.Fma(S.Mul(s, u), p, s);
    }

    // e^a / 2 for a ≥ 0, as the square of e^(a/2), which does not overflow before it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V HalfExp<S, V>(V a)
        where S : struct, ISimd<V>
        where V : struct
    {
        V root = SimdMath.Exp<S, V>(S.Mul(a, S.Splat(0.5f)));
        return S.Mul(S.Mul(S.Splat(0.5f), root), root);
    }

    // ln(1 + above), or ln 2a where a is so large that its square would overflow.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V LogOf<S, V>(V a, V above)
        where S : struct, ISimd<V>
        where V : struct
    {
        V large = S.LessThan(S.Splat(1e9f), a);
        V y = SimdMath.LogP1<S, V>(S.Select(large, a, above));
        return S.Select(large, S.Add(y, S.Splat(0.693147182f)), y);
    }

    // y ≥ 0 with the sign of x.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V SignOf<S, V>(V x, V y)
        where S : struct, ISimd<V>
        where V : struct => S.Or(y, S.And(x, S.Splat(-0f)));
}
