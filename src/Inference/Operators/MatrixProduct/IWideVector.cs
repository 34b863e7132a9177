using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Inference.Operators.MatrixProduct;

/// <summary>Vectors of one width over any element type, so that a loop is written once.</summary>
internal unsafe interface IWideVector<C, V>
    where C : unmanaged, INumber<C>
    where V : struct
{
    static abstract V Load(C* from);

    static abstract void Store(C* to, V value);

    static abstract V Splat(C value);

    /// <summary>Whether there are 32 of them: enough for tiles of eight rows.</summary>
    static abstract bool IsWide { get; }

    /// <summary>sum + a·b: of f64 with one rounding, of integers modulo their range.</summary>
    static abstract V AddProduct(V sum, V a, V b);
}

/// <summary>Vectors of 64 bytes.</summary>
internal readonly unsafe struct Wide64<C> : IWideVector<C, Vector512<C>>
    where C : unmanaged, INumber<C>
{
    public static bool IsWide => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<C> Load(C* from) => Vector512.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(C* to, Vector512<C> value) => value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<C> Splat(C value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<C> AddProduct(Vector512<C> sum, Vector512<C> a, Vector512<C> b) => typeof(C) == typeof(double)
        ? Vector512.FusedMultiplyAdd(a.AsDouble(), b.AsDouble(), sum.AsDouble()).As<double, C>()
        : sum + (a * b);
}

/// <summary>Vectors of 32 bytes.</summary>
internal readonly unsafe struct Wide32<C> : IWideVector<C, Vector256<C>>
    where C : unmanaged, INumber<C>
{
    public static bool IsWide => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<C> Load(C* from) => Vector256.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(C* to, Vector256<C> value) => value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<C> Splat(C value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<C> AddProduct(Vector256<C> sum, Vector256<C> a, Vector256<C> b) => typeof(C) == typeof(double)
        ? Vector256.FusedMultiplyAdd(a.AsDouble(), b.AsDouble(), sum.AsDouble()).As<double, C>()
        : sum + (a * b);
}
