using System.Numerics;
using System.Runtime.CompilerServices;

namespace Inference.Operators.Elementwise.OneInput;

/// <summary>Scalar functions that several operators are made of.</summary>
internal static class Functions
{
    /// <summary>1 / (1 + e⁻ˣ), by the side that does not overflow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static C Sigmoid<C>(C x)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        C e = C.Exp(-C.Abs(x));
        C inverse = C.One / (C.One + e);
        return x < C.Zero ? e * inverse : inverse;
    }

    /// <summary>ln(1 + eˣ) = max(x, 0) + ln(1 + e^−|x|), which does not overflow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static C Softplus<C>(C x)
        where C : unmanaged, IFloatingPointIeee754<C> => C.Max(x, C.Zero) + C.LogP1(C.Exp(-C.Abs(x)));

    /// <summary>min(max(x, low), high); NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static C Clamp<C>(C x, C low, C high)
        where C : unmanaged, INumber<C> => x < low ? low : x > high ? high : x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static C Gelu<C>(C x)
        where C : unmanaged, IFloatingPointIeee754<C> =>
        C.CreateTruncating(0.5) * x * (C.One + Erf(x * C.CreateTruncating(0.70710678118654752440)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static C GeluTanh<C>(C x)
        where C : unmanaged, IFloatingPointIeee754<C> =>
        C.CreateTruncating(0.5) * x * (C.One + C.Tanh(C.CreateTruncating(0.79788456080286535588) * (x + C.CreateTruncating(0.044715) * x * x * x)));

    /// <summary>erf(x) in the precision of the type.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static C Erf<C>(C x)
        where C : unmanaged, IFloatingPointIeee754<C> => C.CreateTruncating(ErrorFunction.Erf(double.CreateTruncating(x)));
}
