using System.Numerics;
using System.Runtime.CompilerServices;

namespace Inference.Operators.Elementwise.Comparing;

/// <summary>Comparisons by vectors, as many results at once as a vector has bytes.</summary>
internal static unsafe class CompareRun
{
    /// <summary>Compares a run whose operands are dense (stride 1) or one value (stride 0).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Run<TRelation, C>(C* a, long strideA, C* b, long strideB, byte* y, long count)
        where TRelation : struct, IComparison
        where C : unmanaged, INumber<C>
    {
        long i = 0;
        // Masks are −1, which is within range of every signed type: Mono for WebAssembly saturates where it narrows.
        for (; i + Vector<byte>.Count <= count; i += Vector<byte>.Count)
        {
            C* pa = a + (i * strideA);
            C* pb = b + (i * strideB);
            Vector<sbyte> bytes = sizeof(C) switch
            {
                1 => Lanes<TRelation, C>(pa, strideA, pb, strideB, 0).As<C, sbyte>(),
                2 => Vector.Narrow(Lanes<TRelation, C>(pa, strideA, pb, strideB, 0).As<C, short>(), Lanes<TRelation, C>(pa, strideA, pb, strideB, 1).As<C, short>()),
                4 => Words<TRelation, C>(pa, strideA, pb, strideB, 0),
                _ => Vector.Narrow(Halves<TRelation, C>(pa, strideA, pb, strideB, 0), Halves<TRelation, C>(pa, strideA, pb, strideB, 4)),
            };
            (bytes & Vector<sbyte>.One).Store((sbyte*)y + i);
        }

        for (; i < count; i++)
        {
            y[i] = TRelation.Apply(a[i * strideA], b[i * strideB]) ? (byte)1 : (byte)0;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<sbyte> Words<TRelation, C>(C* a, long strideA, C* b, long strideB, int vector)
        where TRelation : struct, IComparison
        where C : unmanaged, INumber<C> => Vector.Narrow(
        Vector.Narrow(Lanes<TRelation, C>(a, strideA, b, strideB, vector).As<C, int>(), Lanes<TRelation, C>(a, strideA, b, strideB, vector + 1).As<C, int>()),
        Vector.Narrow(Lanes<TRelation, C>(a, strideA, b, strideB, vector + 2).As<C, int>(), Lanes<TRelation, C>(a, strideA, b, strideB, vector + 3).As<C, int>()));

    // Four vectors of 64-bit lanes as one of 16-bit lanes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<short> Halves<TRelation, C>(C* a, long strideA, C* b, long strideB, int vector)
        where TRelation : struct, IComparison
        where C : unmanaged, INumber<C> => Vector.Narrow(
        Vector.Narrow(Lanes<TRelation, C>(a, strideA, b, strideB, vector).As<C, long>(), Lanes<TRelation, C>(a, strideA, b, strideB, vector + 1).As<C, long>()),
        Vector.Narrow(Lanes<TRelation, C>(a, strideA, b, strideB, vector + 2).As<C, long>(), Lanes<TRelation, C>(a, strideA, b, strideB, vector + 3).As<C, long>()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<C> Lanes<TRelation, C>(C* a, long strideA, C* b, long strideB, int vector)
        where TRelation : struct, IComparison
        where C : unmanaged, INumber<C>
    {
        int first = vector * Vector<C>.Count;
        return TRelation.Vector(
            strideA == 0 ? new Vector<C>(*a) : Vector.Load(a + first), strideB == 0 ? new Vector<C>(*b) : Vector.Load(b + first));
    }
}
