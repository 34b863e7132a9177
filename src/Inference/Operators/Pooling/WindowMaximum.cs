using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Inference.Operators.Reduction;

namespace Inference.Operators.Pooling;

/// <summary>The largest of elements of which none is a NaN; of zeros either.</summary>
internal readonly unsafe struct WindowMaximum : IReducer
{
    public static C Start<C>()
        where C : unmanaged, INumber<C>, IMinMaxValue<C> => Reducers.Max.Start<C>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static C Step<C>(C accumulator, C x)
        where C : unmanaged, INumber<C>, IMinMaxValue<C> => C.MaxNative(accumulator, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<C> Step<C>(Vector<C> accumulator, Vector<C> x)
        where C : unmanaged, INumber<C> => Vector.MaxNative(accumulator, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static C Merge<C>(C a, C b)
        where C : unmanaged, INumber<C> => C.MaxNative(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<C> Merge<C>(Vector<C> a, Vector<C> b)
        where C : unmanaged, INumber<C> => Vector.MaxNative(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<C> Merge<C>(Vector128<C> a, Vector128<C> b)
        where C : unmanaged, INumber<C> => Vector128.MaxNative(a, b);

    public static Vector<C> First<C>(Vector<C> x)
        where C : unmanaged, INumber<C> => x;

    public static void Finish<C>(C* cells, nint count, long size)
        where C : unmanaged, INumber<C>
    {
    }
}
