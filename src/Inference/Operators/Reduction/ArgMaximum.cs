using System.Numerics;
using System.Runtime.CompilerServices;

namespace Inference.Operators.Reduction;

/// <summary>The larger is better; nothing is better than a NaN, and a NaN than nothing.</summary>
internal readonly struct ArgMaximum : IArgOrder
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Better<C>(C a, C b)
        where C : unmanaged, INumber<C> => a > b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<C> Better<C>(Vector<C> a, Vector<C> b)
        where C : unmanaged, INumber<C> => Vector.GreaterThan(a, b);
}
