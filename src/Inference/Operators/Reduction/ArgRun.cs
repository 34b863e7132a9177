using System.Numerics;
using System.Runtime.CompilerServices;

namespace Inference.Operators.Reduction;

/// <summary>Searches for the best element by vectors.</summary>
internal static unsafe class ArgRun
{
    /// <summary>The index of the first (or last) of the best elements of a run that are better than <paramref name="best"/>, or as good with <paramref name="last"/>; −1 where none is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Best<TOrder, C>(C* x, int count, ref C best, bool last)
        where TOrder : struct, IArgOrder
        where C : unmanaged, INumber<C>
    {
        int lanes = Vector<C>.Count;
        C found = best;
        int i = 0;
        if (count >= 4 * lanes)
        {
            var a = new Vector<C>(found);
            Vector<C> b = a;
            Vector<C> c = a;
            Vector<C> d = a;
            for (; i <= count - (4 * lanes); i += 4 * lanes)
            {
                a = Better<TOrder, C>(Vector.Load(x + i), a);
                b = Better<TOrder, C>(Vector.Load(x + i + lanes), b);
                c = Better<TOrder, C>(Vector.Load(x + i + (2 * lanes)), c);
                d = Better<TOrder, C>(Vector.Load(x + i + (3 * lanes)), d);
            }

            a = Better<TOrder, C>(Better<TOrder, C>(a, b), Better<TOrder, C>(c, d));
            for (int lane = 0; lane < lanes; lane++)
            {
                found = TOrder.Better(a[lane], found) ? a[lane] : found;
            }
        }

        for (; i < count; i++)
        {
            found = TOrder.Better(x[i], found) ? x[i] : found;
        }

        if (!TOrder.Better(found, best) && !last)
        {
            return -1;
        }

        best = found;
        return last ? LastOf(x, count, found) : FirstOf(x, count, found);
    }

    /// <summary>best[c] and at[c] become the best of column c of x[rows, columns] and its row, counted from <paramref name="first"/>, where it is better, or as good with <paramref name="last"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows<TOrder, C, I>(C* x, nint rows, nint stride, C* best, I* at, nint columns, long first, bool last)
        where TOrder : struct, IArgOrder
        where C : unmanaged, INumber<C>
        where I : unmanaged, IBinaryInteger<I>
    {
        nint lanes = Vector<C>.Count;
        nint c = 0;
        for (; c <= columns - (4 * lanes); c += 4 * lanes)
        {
            Vector<C> b0 = Vector.Load(best + c);
            Vector<C> b1 = Vector.Load(best + c + lanes);
            Vector<C> b2 = Vector.Load(best + c + (2 * lanes));
            Vector<C> b3 = Vector.Load(best + c + (3 * lanes));
            Vector<I> a0 = Vector.Load(at + c);
            Vector<I> a1 = Vector.Load(at + c + lanes);
            Vector<I> a2 = Vector.Load(at + c + (2 * lanes));
            Vector<I> a3 = Vector.Load(at + c + (3 * lanes));
            C* row = x + c;
            for (nint r = 0; r < rows; r++, row += stride)
            {
                var index = new Vector<I>(I.CreateTruncating(first + r));
                Step<TOrder, C, I>(Vector.Load(row), index, ref b0, ref a0, last);
                Step<TOrder, C, I>(Vector.Load(row + lanes), index, ref b1, ref a1, last);
                Step<TOrder, C, I>(Vector.Load(row + (2 * lanes)), index, ref b2, ref a2, last);
                Step<TOrder, C, I>(Vector.Load(row + (3 * lanes)), index, ref b3, ref a3, last);
            }

            b0.Store(best + c);
            b1.Store(best + c + lanes);
            b2.Store(best + c + (2 * lanes));
            b3.Store(best + c + (3 * lanes));
            a0.Store(at + c);
            a1.Store(at + c + lanes);
            a2.Store(at + c + (2 * lanes));
            a3.Store(at + c + (3 * lanes));
        }

        for (; c <= columns - lanes; c += lanes)
        {
            Vector<C> b = Vector.Load(best + c);
            Vector<I> a = Vector.Load(at + c);
            C* row = x + c;
            for (nint r = 0; r < rows; r++, row += stride)
            {
                Step<TOrder, C, I>(Vector.Load(row), new Vector<I>(I.CreateTruncating(first + r)), ref b, ref a, last);
            }

            b.Store(best + c);
            a.Store(at + c);
        }

        for (; c < columns; c++)
        {
            for (nint r = 0; r < rows; r++)
            {
                C value = x[(r * stride) + c];
                if (TOrder.Better(value, best[c]) || (last && value == best[c]))
                {
                    best[c] = value;
                    at[c] = I.CreateTruncating(first + r);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TOrder, C, I>(Vector<C> x, Vector<I> index, ref Vector<C> best, ref Vector<I> at, bool last)
        where TOrder : struct, IArgOrder
        where C : unmanaged, INumber<C>
        where I : unmanaged, IBinaryInteger<I>
    {
        Vector<C> mask = TOrder.Better(x, best);
        mask = last ? mask | Vector.Equals(x, best) : mask;
        best = Vector.ConditionalSelect(mask, x, best);
        at = Vector.ConditionalSelect(mask.As<C, I>(), index, at);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<C> Better<TOrder, C>(Vector<C> x, Vector<C> best)
        where TOrder : struct, IArgOrder
        where C : unmanaged, INumber<C> => Vector.ConditionalSelect(TOrder.Better(x, best), x, best);

    /// <summary>The index of the first element that equals a value; −1 where none does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int FirstOf<C>(C* x, int count, C value)
        where C : unmanaged, INumber<C>
    {
        var sought = new Vector<C>(value);
        int i = 0;
        while (i <= count - Vector<C>.Count && !Vector.EqualsAny(Vector.Load(x + i), sought))
        {
            i += Vector<C>.Count;
        }

        while (i < count && x[i] != value)
        {
            i++;
        }

        return i < count ? i : -1;
    }

    private static int LastOf<C>(C* x, int count, C value)
        where C : unmanaged, INumber<C>
    {
        var sought = new Vector<C>(value);
        int end = count;
        while (end >= Vector<C>.Count && !Vector.EqualsAny(Vector.Load(x + end - Vector<C>.Count), sought))
        {
            end -= Vector<C>.Count;
        }

        while (end > 0 && x[end - 1] != value)
        {
            end--;
        }

        return end - 1;
    }
}
