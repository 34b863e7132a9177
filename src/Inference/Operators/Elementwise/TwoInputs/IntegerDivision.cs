using System.Numerics;
using System.Runtime.CompilerServices;

namespace Inference.Operators.Elementwise.TwoInputs;

/// <summary>Integer division by vectors, by way of floating point that is exact enough.</summary>
internal static class IntegerDivision
{
    // Operands of 64 bits within ±2⁵¹. The quotient a/b, rounded to 53 bits, is off by at most 2⁵¹·2⁻⁵³/|b| < 1/|b|, which is how far a quotient that is no integer is from one:
    // cutting it is exact. With 32 bits in f64 and 16 in f32 there is more room.
    private const long Exact = 1L << 51;

    /// <summary>Whether integers of a type are divided here.</summary>
    public static bool HasVector<C>() => typeof(C) == typeof(sbyte) || typeof(C) == typeof(byte) || typeof(C) == typeof(short) || typeof(C) == typeof(ushort)
        || typeof(C) == typeof(int) || typeof(C) == typeof(uint) || typeof(C) == typeof(long);

    /// <summary>a / b towards zero; the smallest integer by −1 is itself.</summary>
    /// <exception cref="DivideByZeroException">A lane of b is 0.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<C> Quotient<C>(Vector<C> a, Vector<C> b)
        where C : unmanaged, INumber<C>
    {
        if (Vector.EqualsAny(b, Vector<C>.Zero))
        {
            ThrowZero();
        }

        if (typeof(C) == typeof(long))
        {
            return Longs(a.As<C, long>(), b.As<C, long>()).As<long, C>();
        }

        if (typeof(C) == typeof(int))
        {
            Vector.Widen(a.As<C, int>(), out Vector<long> lowA, out Vector<long> highA);
            Vector.Widen(b.As<C, int>(), out Vector<long> lowB, out Vector<long> highB);
            return Vector.Narrow(Cut(lowA, lowB), Cut(highA, highB)).As<int, C>();
        }

        if (typeof(C) == typeof(uint))
        {
            Vector.Widen(a.As<C, uint>(), out Vector<ulong> lowA, out Vector<ulong> highA);
            Vector.Widen(b.As<C, uint>(), out Vector<ulong> lowB, out Vector<ulong> highB);
            return Vector.Narrow(Cut(lowA.As<ulong, long>(), lowB.As<ulong, long>()), Cut(highA.As<ulong, long>(), highB.As<ulong, long>())).As<int, C>();
        }

        if (typeof(C) == typeof(short) || typeof(C) == typeof(ushort))
        {
            return Shorts(a, b);
        }

        if (typeof(C) == typeof(sbyte))
        {
            Vector.Widen(a.As<C, sbyte>(), out Vector<short> lowA, out Vector<short> highA);
            Vector.Widen(b.As<C, sbyte>(), out Vector<short> lowB, out Vector<short> highB);
            return Vector.Narrow(Shorts(lowA, lowB), Shorts(highA, highB)).As<sbyte, C>();
        }

        Vector.Widen(a.As<C, byte>(), out Vector<ushort> lowC, out Vector<ushort> highC);
        Vector.Widen(b.As<C, byte>(), out Vector<ushort> lowD, out Vector<ushort> highD);
        return Vector.Narrow(Shorts(lowC, lowD), Shorts(highC, highD)).As<byte, C>();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<C> Shorts<C>(Vector<C> a, Vector<C> b)
    {
        if (typeof(C) == typeof(short))
        {
            Vector.Widen(a.As<C, short>(), out Vector<int> low, out Vector<int> high);
            Vector.Widen(b.As<C, short>(), out Vector<int> lowB, out Vector<int> highB);
            return Vector.Narrow(Cut(low, lowB), Cut(high, highB)).As<short, C>();
        }

        Vector.Widen(a.As<C, ushort>(), out Vector<uint> lowC, out Vector<uint> highC);
        Vector.Widen(b.As<C, ushort>(), out Vector<uint> lowD, out Vector<uint> highD);
        return Vector.Narrow(Cut(lowC.As<uint, int>(), lowD.As<uint, int>()), Cut(highC.As<uint, int>(), highD.As<uint, int>())).As<short, C>();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<int> Cut(Vector<int> a, Vector<int> b) => Vector.ConvertToInt32Native(Vector.ConvertToSingle(a) / Vector.ConvertToSingle(b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<long> Cut(Vector<long> a, Vector<long> b) => Vector.ConvertToInt64Native(Vector.ConvertToDouble(a) / Vector.ConvertToDouble(b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<long> Longs(Vector<long> a, Vector<long> b)
    {
        // −2⁵¹ ≤ x < 2⁵¹: adding 2⁵¹ leaves no bit from 52 on.
        Vector<long> beyond = ((a + new Vector<long>(Exact)) | (b + new Vector<long>(Exact))) & new Vector<long>(-(Exact << 1));
        return Vector.EqualsAll(beyond, Vector<long>.Zero) ? Cut(a, b) : OneByOne(a, b);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector<long> OneByOne(Vector<long> a, Vector<long> b)
    {
        Vector<long> y = default;
        for (int i = 0; i < Vector<long>.Count; i++)
        {
            y = y.WithElement(i, b[i] == -1 ? -a[i] : a[i] / b[i]);
        }

        return y;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ThrowZero() => throw new DivideByZeroException();
}
