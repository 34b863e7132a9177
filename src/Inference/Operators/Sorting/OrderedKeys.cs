using System.Numerics;
using System.Runtime.CompilerServices;

namespace Inference.Operators.Sorting;

/// <summary>
/// Numbers as signed integers of the same size in the same order: zeros are equal, NaN is the largest and equal to itself. For the smallest first, each bit is inverted: so the
/// largest key is always the best.
/// </summary>
internal static unsafe class OrderedKeys
{
    /// <summary>keys[i] of x[i].</summary>
    /// <typeparam name="C">Numbers of 32 or 64 bits.</typeparam>
    /// <typeparam name="K"><see cref="int"/> or <see cref="long"/>, of the same size.</typeparam>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Make<C, K>(C* x, K* keys, nint count, bool largest)
        where C : unmanaged, INumber<C>
        where K : unmanaged, IBinaryInteger<K>, IMinMaxValue<K>, ISignedNumber<K>
    {
        var flip = new Vector<K>(largest ? K.Zero : K.NegativeOne);
        nint i = 0;
        for (; i <= count - Vector<C>.Count; i += Vector<C>.Count)
        {
            (Key<C, K>(Vector.Load(x + i)) ^ flip).Store(keys + i);
        }

        if (i < count)
        {
            Vector<C> rest = default;
            Unsafe.CopyBlockUnaligned(&rest, x + i, (uint)((count - i) * sizeof(C)));
            Vector<K> result = Key<C, K>(rest) ^ flip;
            Unsafe.CopyBlockUnaligned(keys + i, &result, (uint)((count - i) * sizeof(C)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<K> Key<C, K>(Vector<C> x)
        where C : unmanaged, INumber<C>
        where K : unmanaged, IBinaryInteger<K>, IMinMaxValue<K>
    {
        if (typeof(C) == typeof(float) || typeof(C) == typeof(double))
        {
            // −0 + 0 is +0. The bits of negative numbers but the sign are inverted.
            Vector<K> bits = (x + Vector<C>.Zero).As<C, K>();
            Vector<K> negative = Vector.LessThan(bits, Vector<K>.Zero);
            Vector<K> ordered = bits ^ (negative & new Vector<K>(K.MaxValue));
            return Vector.ConditionalSelect(Vector.Equals(x, x).As<C, K>(), ordered, new Vector<K>(K.MaxValue));
        }

        return typeof(C) == typeof(uint) || typeof(C) == typeof(ulong) ? x.As<C, K>() ^ new Vector<K>(K.MinValue) : x.As<C, K>();
    }
}
