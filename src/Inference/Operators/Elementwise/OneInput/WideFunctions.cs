using System.Numerics;
using System.Runtime.CompilerServices;

namespace Inference.Operators.Elementwise.OneInput;

/// <summary>Functions of vectors of double that several operators are made of, each as its scalar form but for the last places.</summary>
internal static class WideFunctions
{
    // 1/n! from n = 18 down to 1: what is left out of (e^z − 1)/z for |z| ≤ 1 is below 2⁻⁵⁶.
    private static ReadOnlySpan<double> Series =>
    [
        1d / 6402373705728000, 1d / 355687428096000, 1d / 20922789888000, 1d / 1307674368000, 1d / 87178291200, 1d / 6227020800, 1d / 479001600, 1d / 39916800, 1d / 3628800,
        1d / 362880, 1d / 40320, 1d / 5040, 1d / 720, 1d / 120, 1d / 24, 1d / 6, 1d / 2, 1d,
    ];

    /// <summary>tanh x = (e^2x − 1)/(e^2x + 1), by |x|; 4 ULP.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<double> Tanh(Vector<double> x)
    {
        Vector<double> one = Vector<double>.One;
        Vector<double> z = Vector.Abs(x) + Vector.Abs(x);
        // The series of (e^z − 1)/z keeps its precision where e^z − 1 would not.
        Vector<double> small = Vector.MinNative(z, one);
        Vector<double> sum = default;
        foreach (double term in Series)
        {
            sum = Vector.FusedMultiplyAdd(sum, small, new Vector<double>(term));
        }

        Vector<double> above = sum * small;
        Vector<double> near = above / (above + new Vector<double>(2));
        Vector<double> far = one - (new Vector<double>(2) / (Vector.Exp(z) + one));
        Vector<double> y = Vector.ConditionalSelect(Vector.GreaterThan(z, one), far, near);
        // NaN is neither above 1 nor the smaller of two.
        y = Vector.ConditionalSelect(Vector.Equals(x, x), y, x);
        return Vector.CopySign(y, x);
    }

    /// <summary>1 / (1 + e⁻ˣ), by the side that does not overflow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<double> Sigmoid(Vector<double> x)
    {
        Vector<double> e = Vector.Exp(-Vector.Abs(x));
        Vector<double> inverse = Vector<double>.One / (Vector<double>.One + e);
        return Vector.ConditionalSelect(Vector.LessThan(x, default), e * inverse, inverse);
    }

    /// <summary>min(max(x, low), high); NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<double> Clamp(Vector<double> x, Vector<double> low, Vector<double> high)
    {
        x = Vector.ConditionalSelect(Vector.LessThan(x, low), low, x);
        return Vector.ConditionalSelect(Vector.GreaterThan(x, high), high, x);
    }
}
