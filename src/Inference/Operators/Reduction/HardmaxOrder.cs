using System.Numerics;
using System.Runtime.CompilerServices;

namespace Inference.Operators.Reduction;

/// <summary>The larger is better, and a NaN better than any number.</summary>
internal readonly struct HardmaxOrder : IArgOrder
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Better<C>(C a, C b)
        where C : unmanaged, INumber<C> => a > b || (C.IsNaN(a) && !C.IsNaN(b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<C> Better<C>(Vector<C> a, Vector<C> b)
        where C : unmanaged, INumber<C> => Vector.GreaterThan(a, b) | (~Vector.Equals(a, a) & Vector.Equals(b, b));
}
