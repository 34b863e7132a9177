using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Threading;

namespace Inference.Operators.Pooling;

/// <summary>y[r, i] = finish(x[r, offsets[0] + i] ∘ … ∘ x[r, offsets[taps − 1] + i]) by vectors, for rows at equal distances.</summary>
internal static unsafe class WindowRun
{
    // Elements that are folded between two looks at the clock, and folds of a nanosecond.
    private const long PartElements = 1 << 20;
    private const int WorkElements = 8;

    /// <summary>Rows of a vector or more. The last vector of a row overlaps the one before it.</summary>
    /// <param name="x">The elements of the first row.</param>
    /// <param name="xStep">Distance of rows of elements.</param>
    /// <param name="offsets">Distances of the taps, elements.</param>
    /// <param name="taps">Taps, 1 or more.</param>
    /// <param name="y">Results of the first row.</param>
    /// <param name="yStep">Distance of rows of results.</param>
    /// <param name="width">Results of a row, at least the lanes of a vector.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">For each result of a row, how many columns count.</param>
    /// <param name="counts">For each row, how many rows of its windows count.</param>
    /// <param name="work">Counts the work.</param>
    public static void Rows<TPass, C>(
        C* x, nint xStep, nint* offsets, nint taps, C* y, nint yStep, nint width, nint rows, C* columns, C* counts, ref WorkCounter work)
        where TPass : struct, IWindowPass
        where C : unmanaged, INumber<C>
    {
        work.Add(rows + (taps * width <= PartElements ? taps * width * rows / WorkElements : 0));
        switch (taps)
        {
            case 1:
                Few<TPass, C>(x + offsets[0], x, x, 1, xStep, y, yStep, width, rows, columns, counts);
                return;
            case 2:
                Few<TPass, C>(x + offsets[0], x + offsets[1], x, 2, xStep, y, yStep, width, rows, columns, counts);
                return;
            case 3:
                Few<TPass, C>(x + offsets[0], x + offsets[1], x + offsets[2], 3, xStep, y, yStep, width, rows, columns, counts);
                return;
            default:
                break;
        }

        nint part = taps * width <= PartElements ? width : nint.Max((nint)PartElements / taps, 4 * Vector<C>.Count);
        if (part == width)
        {
            Many<TPass, C>(x, offsets, taps, xStep, y, yStep, width, rows, columns, counts);
            return;
        }

        for (nint r = 0; r < rows; r++, x += xStep, y += yStep)
        {
            for (nint i = 0; i < width; i += part)
            {
                i = nint.Min(i, width - Vector<C>.Count);
                nint count = nint.Min(part, width - i);
                work.Add(taps * count / WorkElements);
                Many<TPass, C>(x + i, offsets, taps, xStep, y + i, yStep, count, 1, columns + i, counts + r);
            }
        }
    }

    /// <summary>The vector of a row shorter than it; lanes beyond the row have any value.</summary>
    /// <param name="x">The elements.</param>
    /// <param name="offsets">Distances of the taps, elements.</param>
    /// <param name="taps">Taps, 1 or more.</param>
    /// <param name="width">Results, fewer than the lanes of a vector.</param>
    /// <param name="end">Where memory that may be read ends.</param>
    /// <param name="columns">For each lane, how many columns count.</param>
    /// <param name="rows">How many rows count.</param>
    /// <param name="work">Counts the work.</param>
    public static Vector<C> Short<TPass, C>(C* x, nint* offsets, nint taps, nint width, C* end, C* columns, C rows, ref WorkCounter work)
        where TPass : struct, IWindowPass
        where C : unmanaged, INumber<C>
    {
        work.Add(1 + (taps / 2));
        Vector<C> sum = default;
        for (nint t = 0; t < taps; t++)
        {
            C* from = x + offsets[t];
            Vector<C> part = default;
            nint held = end - from >= Vector<C>.Count ? Vector<C>.Count : width;
            Unsafe.CopyBlockUnaligned(&part, from, (uint)(held * sizeof(C)));
            sum = t == 0 ? TPass.First(part) : TPass.Fold(sum, part);
        }

        return TPass.Finish(sum, columns, new Vector<C>(rows));
    }

    // One to three taps, the pointers of which stay in registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Few<TPass, C>(C* x0, C* x1, C* x2, int taps, nint xStep, C* y, nint yStep, nint width, nint rows, C* columns, C* counts)
        where TPass : struct, IWindowPass
        where C : unmanaged, INumber<C>
    {
        nint last = width - Vector<C>.Count;
        if (taps == 3)
        {
            for (; last <= Vector<C>.Count && rows > 0; rows--, x0 += xStep, x1 += xStep, x2 += xStep, y += yStep, counts++)
            {
                // Rows of at most two vectors, without a loop.
                var count = new Vector<C>(*counts);
                Vector<C> first = Three<TPass, C>(x0, x1, x2);
                Vector<C> second = Three<TPass, C>(x0 + last, x1 + last, x2 + last);
                TPass.Finish(first, columns, count).Store(y);
                TPass.Finish(second, columns + last, count).Store(y + last);
            }

            for (; rows > 0; rows--, x0 += xStep, x1 += xStep, x2 += xStep, y += yStep, counts++)
            {
                var count = new Vector<C>(*counts);
                for (nint i = 0; i < last; i += Vector<C>.Count)
                {
                    TPass.Finish(Three<TPass, C>(x0 + i, x1 + i, x2 + i), columns + i, count).Store(y + i);
                }

                TPass.Finish(Three<TPass, C>(x0 + last, x1 + last, x2 + last), columns + last, count).Store(y + last);
            }

            return;
        }

        if (taps == 2)
        {
            for (; last <= Vector<C>.Count && rows > 0; rows--, x0 += xStep, x1 += xStep, y += yStep, counts++)
            {
                // Rows of at most two vectors, without a loop.
                var count = new Vector<C>(*counts);
                Vector<C> first = Two<TPass, C>(x0, x1);
                Vector<C> second = Two<TPass, C>(x0 + last, x1 + last);
                TPass.Finish(first, columns, count).Store(y);
                TPass.Finish(second, columns + last, count).Store(y + last);
            }

            for (; rows > 0; rows--, x0 += xStep, x1 += xStep, y += yStep, counts++)
            {
                var count = new Vector<C>(*counts);
                for (nint i = 0; i < last; i += Vector<C>.Count)
                {
                    TPass.Finish(Two<TPass, C>(x0 + i, x1 + i), columns + i, count).Store(y + i);
                }

                TPass.Finish(Two<TPass, C>(x0 + last, x1 + last), columns + last, count).Store(y + last);
            }

            return;
        }

        for (; rows > 0; rows--, x0 += xStep, y += yStep, counts++)
        {
            var count = new Vector<C>(*counts);
            for (nint i = 0; i < last; i += Vector<C>.Count)
            {
                TPass.Finish(TPass.First(Vector.Load(x0 + i)), columns + i, count).Store(y + i);
            }

            TPass.Finish(TPass.First(Vector.Load(x0 + last)), columns + last, count).Store(y + last);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<C> Two<TPass, C>(C* x0, C* x1)
        where TPass : struct, IWindowPass
        where C : unmanaged, INumber<C> => TPass.Fold(TPass.First(Vector.Load(x0)), Vector.Load(x1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<C> Three<TPass, C>(C* x0, C* x1, C* x2)
        where TPass : struct, IWindowPass
        where C : unmanaged, INumber<C> => TPass.Fold(Two<TPass, C>(x0, x1), Vector.Load(x2));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Many<TPass, C>(C* x, nint* offsets, nint taps, nint xStep, C* y, nint yStep, nint width, nint rows, C* columns, C* counts)
        where TPass : struct, IWindowPass
        where C : unmanaged, INumber<C>
    {
        nint lanes = Vector<C>.Count;
        nint last = width - lanes;
        x += offsets[0];
        nint first = offsets[0];
        for (; rows > 0; rows--, x += xStep, y += yStep, counts++)
        {
            var count = new Vector<C>(*counts);
            nint i = 0;
            for (; i + (4 * lanes) <= last; i += 4 * lanes)
            {
                C* from = x + i;
                Vector<C> a = TPass.First(Vector.Load(from));
                Vector<C> b = TPass.First(Vector.Load(from + lanes));
                Vector<C> c = TPass.First(Vector.Load(from + (2 * lanes)));
                Vector<C> d = TPass.First(Vector.Load(from + (3 * lanes)));
                for (nint t = 1; t < taps; t++)
                {
                    C* tap = from + (offsets[t] - first);
                    a = TPass.Fold(a, Vector.Load(tap));
                    b = TPass.Fold(b, Vector.Load(tap + lanes));
                    c = TPass.Fold(c, Vector.Load(tap + (2 * lanes)));
                    d = TPass.Fold(d, Vector.Load(tap + (3 * lanes)));
                }

                TPass.Finish(a, columns + i, count).Store(y + i);
                TPass.Finish(b, columns + i + lanes, count).Store(y + i + lanes);
                TPass.Finish(c, columns + i + (2 * lanes), count).Store(y + i + (2 * lanes));
                TPass.Finish(d, columns + i + (3 * lanes), count).Store(y + i + (3 * lanes));
            }

            while (i < last)
            {
                // Two vectors, of which the second is the last one if it would reach beyond it.
                nint second = nint.Min(i + lanes, last);
                Vector<C> a = TPass.First(Vector.Load(x + i));
                Vector<C> b = TPass.First(Vector.Load(x + second));
                for (nint t = 1; t < taps; t++)
                {
                    C* tap = x + (offsets[t] - first);
                    a = TPass.Fold(a, Vector.Load(tap + i));
                    b = TPass.Fold(b, Vector.Load(tap + second));
                }

                TPass.Finish(a, columns + i, count).Store(y + i);
                TPass.Finish(b, columns + second, count).Store(y + second);
                i = second == last ? width : i + (2 * lanes);
            }

            if (i < width)
            {
                Vector<C> a = TPass.First(Vector.Load(x + last));
                for (nint t = 1; t < taps; t++)
                {
                    a = TPass.Fold(a, Vector.Load(x + last + (offsets[t] - first)));
                }

                TPass.Finish(a, columns + last, count).Store(y + last);
            }
        }
    }
}
