using System.Numerics;
using System.Runtime.CompilerServices;

namespace Inference.Operators.Typed;

/// <summary>Results of floating-point formulas on their way to an integer type.</summary>
internal static class Settled
{
    /// <summary>x, or the integer beside it where rounding may have made the difference: the conversion cuts, and would take one off what is 1 by its formula and 0.99999999 as computed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static W Integer<W>(W x)
        where W : unmanaged, IFloatingPointIeee754<W>
    {
        // 16 units in the last place.
        W slack = W.CreateTruncating(typeof(W) == typeof(double) ? 3.6e-15 : 1.9e-6) * W.Max(W.One, W.Abs(x));
        W near = W.Round(x);
        return W.Abs(x - near) <= slack ? near : x;
    }

    /// <summary>The same for each of some numbers, in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static unsafe void Integers<W>(W* x, nint count)
        where W : unmanaged, IFloatingPointIeee754<W>
    {
        nint i = 0;
        if (typeof(W) == typeof(float))
        {
            for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
            {
                Vector<float> numbers = Vector.Load((float*)x + i);
                Vector<float> slack = Vector.Max(Vector<float>.One, Vector.Abs(numbers)) * 1.9e-6f;
                Vector<float> near = Vector.Round(numbers);
                Vector.ConditionalSelect(Vector.LessThanOrEqual(Vector.Abs(numbers - near), slack), near, numbers).Store((float*)x + i);
            }
        }

        for (; i < count; i++)
        {
            x[i] = Integer(x[i]);
        }
    }
}
