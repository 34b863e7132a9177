using System.Runtime.CompilerServices;

namespace Inference.Kernels.Simd;

/// <summary>
/// Elementary functions over <see cref="ISimd{TVector}"/>. The polynomials are minimax fits of this project (Lawson iteration in
/// f64, coefficients rounded to f32). Bounds are against the exact value, in ULP of the result, over all finite f32.
/// </summary>
internal static class SimdMath
{
    private const float Log2E = 1.44269504f;
    // ln 2 in two parts: the high one has few enough bits that n · high is exact for |n| ≤ 150.
    private const float Ln2High = 0.693359375f;
    private const float Ln2Low = -2.12194440e-4f;

    /// <summary>e^x; 2 ULP; 0 below −104, +∞ above 88.73; results below the least normal are rounded to denormals.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp<S, V>(V x)
        where S : struct, ISimd<V>
        where V : struct
    {
        x = S.Min(S.Splat(89f), S.Max(S.Splat(-105f), x));
        V n = S.Round(S.Mul(x, S.Splat(Log2E)));
        V r = S.Fma(n, S.Splat(-Ln2Low), S.Fma(n, S.Splat(-Ln2High), x));
        // n reaches −152 and 128, beyond what one exponent field holds.
        return S.Scale(ExpReduced<S, V>(r), n);
    }

    /// <summary>e^x for x ≤ 0 or NaN; 2 ULP for x ≥ −87, and exactly 0 below −87.33: for sums of which e^0 is a term.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V ExpNonPositive<S, V>(V x)
        where S : struct, ISimd<V>
        where V : struct
    {
        V least = S.Splat(-87.33f);
        V inside = S.Max(least, x);
        V n = S.Round(S.Mul(inside, S.Splat(Log2E)));
        V r = S.Fma(n, S.Splat(-Ln2Low), S.Fma(n, S.Splat(-Ln2High), inside));
        V y = S.Mul(ExpReduced<S, V>(r), S.PowerOfTwo(n));
        return S.Select(S.LessThan(x, least), S.Splat(0f), y);
    }

    /// <summary>e^x − 1; 2 ULP; +∞ above 88.73.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V ExpM1<S, V>(V x)
        where S : struct, ISimd<V>
        where V : struct
    {
        // e⁻²⁵ − 1 rounds to −1.
        V inside = S.Min(S.Splat(89f), S.Max(S.Splat(-25f), x));
        V n = S.Round(S.Mul(inside, S.Splat(Log2E)));
        V r = S.Fma(n, S.Splat(-Ln2Low), S.Fma(n, S.Splat(-Ln2High), inside));
        // 2ⁿ·(1 + q) − 1 = 2ⁿ·q + (2ⁿ − 1), halved: n reaches 128.
        V half = S.PowerOfTwo(S.Sub(n, S.Splat(1f)));
        V y = S.Fma(half, ExpM1Reduced<S, V>(r), S.Sub(half, S.Splat(0.5f)));
        // −0 is itself.
        return S.Select(S.Equal(x, S.Splat(0f)), x, S.Add(y, y));
    }

    /// <summary>ln(1 + x); 3 ULP; −∞ at −1, NaN below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V LogP1<S, V>(V x)
        where S : struct, ISimd<V>
        where V : struct
    {
        V w = S.Add(S.Splat(1f), x);
        // What the sum lost, to first order.
        V lost = S.Div(S.Sub(x, S.Sub(w, S.Splat(1f))), w);
        V log = Log<S, V>(w);
        return S.Select(S.LessThan(S.Abs(lost), S.Splat(1f)), S.Add(log, lost), log);
    }

    /// <summary>ln x; 2 ULP; −∞ at ±0, NaN below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Log<S, V>(V x)
        where S : struct, ISimd<V>
        where V : struct
    {
        // Denormals are scaled into the normal range first.
        V tiny = S.LessThan(x, S.Splat(1.17549435e-38f));
        V scaled = S.Select(tiny, S.Mul(x, S.Splat(8388608f)), x);
        V e = S.Sub(S.Exponent(scaled), S.Select(tiny, S.Splat(23f), S.Splat(0f)));
        V m = S.Mantissa(scaled);
        // m in [√½, √2) keeps e = 0 around x = 1, where ln x must keep its relative precision.
        V large = S.LessThan(S.Splat(1.41421356f), m);
        m = S.Select(large, S.Mul(m, S.Splat(0.5f)), m);
        e = S.Select(large, S.Add(e, S.Splat(1f)), e);
        V f = S.Sub(m, S.Splat(1f));
        V p = S.Splat(-0.07623061f);
        p = S.Fma(p, f, S.Splat(0.12905502f));
        p = S.Fma(p, f, S.Splat(-0.13242981f));
        p = S.Fma(p, f, S.Splat(0.14181635f));
        p = S.Fma(p, f, S.Splat(-0.16609056f));
        p = S.Fma(p, f, S.Splat(0.20001985f));
        p = S.Fma(p, f, S.Splat(-0.25001585f));
        p = S.Fma(p, f, S.Splat(0.33333325f));
        p = S.Fma(p, f, S.Splat(-0.49999988f));
        V y = S.Fma(e, S.Splat(Ln2Low), S.Mul(S.Mul(f, f), p));
        y = S.Fma(e, S.Splat(Ln2High), S.Add(f, y));
        V zero = S.Splat(0f);
        y = S.Select(S.Equal(x, zero), S.Splat(float.NegativeInfinity), y);
        y = S.Select(S.LessThan(x, zero), S.Splat(float.NaN), y);
        // +∞ and NaN give themselves.
        return S.Select(S.LessThan(x, S.Splat(float.PositiveInfinity)), y, x);
    }

    /// <summary>tanh x; 6 ULP, and within [−1, 1].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Tanh<S, V>(V x)
        where S : struct, ISimd<V>
        where V : struct
    {
        // tanh 9.02 rounds to 1.
        x = S.Min(S.Splat(9.02f), S.Max(S.Splat(-9.02f), x));
        V u = S.Mul(x, x);
        V p = S.Splat(-1.2204218e-11f);
        p = S.Fma(p, u, S.Splat(3.0586108e-08f));
        p = S.Fma(p, u, S.Splat(2.800793e-05f));
        p = S.Fma(p, u, S.Splat(0.0038683515f));
        p = S.Fma(p, u, S.Splat(0.13679934f));
        p = S.Fma(p, u, S.Splat(1f));
        V q = S.Splat(1.287399e-06f);
        q = S.Fma(q, u, S.Splat(0.0003938673f));
        q = S.Fma(q, u, S.Splat(0.027245926f));
        q = S.Fma(q, u, S.Splat(0.47013265f));
        q = S.Fma(q, u, S.Splat(1f));
        V y = S.Div(S.Mul(p, x), q);
        return S.Min(S.Splat(1f), S.Max(S.Splat(-1f), y));
    }

    /// <summary>erf x; 6 ULP, and within [−1, 1].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Erf<S, V>(V x)
        where S : struct, ISimd<V>
        where V : struct
    {
        // erf 3.93 rounds to 1.
        x = S.Min(S.Splat(3.93f), S.Max(S.Splat(-3.93f), x));
        V u = S.Mul(x, x);
        V p = S.Splat(2.0421062e-06f);
        p = S.Fma(p, u, S.Splat(0.00028479923f));
        p = S.Fma(p, u, S.Splat(0.0037790553f));
        p = S.Fma(p, u, S.Splat(0.052788556f));
        p = S.Fma(p, u, S.Splat(0.19077048f));
        p = S.Fma(p, u, S.Splat(1.1283791f));
        V q = S.Splat(3.8005004e-05f);
        q = S.Fma(q, u, S.Splat(0.0011650849f));
        q = S.Fma(q, u, S.Splat(0.014996314f));
        q = S.Fma(q, u, S.Splat(0.11425204f));
        q = S.Fma(q, u, S.Splat(0.50239867f));
        q = S.Fma(q, u, S.Splat(1f));
        V y = S.Div(S.Mul(p, x), q);
        return S.Min(S.Splat(1f), S.Max(S.Splat(-1f), y));
    }

    /// <summary>1 / (1 + e^−x); 4 ULP for x ≥ −87; 0 below −104.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sigmoid<S, V>(V x)
        where S : struct, ISimd<V>
        where V : struct => S.Div(S.Splat(1f), S.Add(S.Splat(1f), Exp<S, V>(S.Neg(x))));

    // e^r = 1 + r + r²·P(r) for |r| ≤ ln 2 / 2.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V ExpReduced<S, V>(V r)
        where S : struct, ISimd<V>
        where V : struct
    {
        return S.Add(S.Splat(1f), ExpM1Reduced<S, V>(r));
    }

    // e^r − 1 = r + r²·P(r) for |r| ≤ ln 2 / 2.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V ExpM1Reduced<S, V>(V r)
        where S : struct, ISimd<V>
        where V : struct
    {
        V p = S.Splat(0.0013814465f);
        p = S.Fma(p, r, S.Splat(0.008368781f));
        p = S.Fma(p, r, S.Splat(0.041668393f));
        p = S.Fma(p, r, S.Splat(0.1666652f));
        p = S.Fma(p, r, S.Splat(0.49999994f));
        return S.Fma(S.Mul(r, r), p, r);
    }
}
