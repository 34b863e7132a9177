using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Inference.Operators.Reduction;

/// <summary>Folds of contiguous runs, and of rows element by element, by vectors.</summary>
internal static unsafe class ReductionRun
{
    // Rows of fewer vectors are folded several at a time, as one row, so that vectors are full and do not wait for each other.
    private const int FewVectors = 4;

    /// <summary>x[0] ∘ … ∘ x[count − 1], in the order of vector lanes; the start where there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static C Run<TReducer, C>(C* x, nint count)
        where TReducer : struct, IReducer
        where C : unmanaged, INumber<C>, IMinMaxValue<C>
    {
        C sum = TReducer.Start<C>();
        nint lanes = Vector<C>.Count;
        nint i = 0;
        if (count >= lanes)
        {
            var a = new Vector<C>(sum);
            if (count >= 4 * lanes)
            {
                Vector<C> b = a;
                Vector<C> c = a;
                Vector<C> d = a;
                for (; i <= count - (4 * lanes); i += 4 * lanes)
                {
                    a = TReducer.Step(a, Vector.Load(x + i));
                    b = TReducer.Step(b, Vector.Load(x + i + lanes));
                    c = TReducer.Step(c, Vector.Load(x + i + (2 * lanes)));
                    d = TReducer.Step(d, Vector.Load(x + i + (3 * lanes)));
                }

                a = TReducer.Merge(TReducer.Merge(a, b), TReducer.Merge(c, d));
            }

            for (; i <= count - lanes; i += lanes)
            {
                a = TReducer.Step(a, Vector.Load(x + i));
            }

            if (i < count)
            {
                // The rest as a vector that ends with the run; its lanes that have had their turn hold the start, which changes nothing.
                var fresh = Vector.GreaterThanOrEqual(Vector<C>.Indices, new Vector<C>(C.CreateTruncating(lanes - (count - i))));
                a = TReducer.Step(a, Vector.ConditionalSelect(fresh, Vector.Load(x + count - lanes), new Vector<C>(sum)));
            }

            return Across<TReducer, C>(a);
        }

        for (; i < count; i++)
        {
            sum = TReducer.Step(sum, x[i]);
        }

        return sum;
    }

    /// <summary>y[c] = y[c] ∘ x[0, c] ∘ … ∘ x[rows − 1, c], rows <paramref name="stride"/> elements apart, in the order of the rows unless these are short.</summary>
    [SkipLocalsInit]
    public static void Rows<TReducer, C>(C* x, nint rows, nint stride, C* y, nint columns)
        where TReducer : struct, IReducer
        where C : unmanaged, INumber<C>, IMinMaxValue<C>
    {
        nint few = FewVectors * Vector<C>.Count;
        nint group = (few + columns - 1) / columns;
        if (columns < few && stride == columns && rows >= 2 * group)
        {
            // Less than twice the few vectors.
            C* sums = stackalloc C[2 * FewVectors * Vector<C>.Count];
            new Span<C>(sums, (int)(group * columns)).Fill(TReducer.Start<C>());
            nint groups = rows / group;
            LongRows<TReducer, C>(x, groups, group * columns, sums, group * columns);
            for (nint i = 0; i < group; i++)
            {
                for (nint c = 0; c < columns; c++)
                {
                    y[c] = TReducer.Merge(y[c], sums[(i * columns) + c]);
                }
            }

            x += groups * group * columns;
            rows -= groups * group;
        }

        if (columns >= Vector<C>.Count)
        {
            LongRows<TReducer, C>(x, rows, stride, y, columns);
            return;
        }

        for (nint r = 0; r < rows; r++, x += stride)
        {
            for (nint c = 0; c < columns; c++)
            {
                y[c] = TReducer.Step(y[c], x[c]);
            }
        }
    }

    // Rows of a vector or more, four at a time. The last vector overlaps the one before it: both hold the same values where they do.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LongRows<TReducer, C>(C* x, nint rows, nint stride, C* y, nint columns)
        where TReducer : struct, IReducer
        where C : unmanaged, INumber<C>, IMinMaxValue<C>
    {
        nint lanes = Vector<C>.Count;
        nint last = columns - lanes;
        nint r = 0;
        for (; r <= rows - 4; r += 4, x += 4 * stride)
        {
            Vector<C> tail = Four<TReducer, C>(x + last, stride, Vector.Load(y + last));
            for (nint c = 0; c < last; c += lanes)
            {
                Four<TReducer, C>(x + c, stride, Vector.Load(y + c)).Store(y + c);
            }

            tail.Store(y + last);
        }

        for (; r < rows; r++, x += stride)
        {
            Vector<C> tail = TReducer.Step(Vector.Load(y + last), Vector.Load(x + last));
            for (nint c = 0; c < last; c += lanes)
            {
                TReducer.Step(Vector.Load(y + c), Vector.Load(x + c)).Store(y + c);
            }

            tail.Store(y + last);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<C> Four<TReducer, C>(C* x, nint stride, Vector<C> sum)
        where TReducer : struct, IReducer
        where C : unmanaged, INumber<C>, IMinMaxValue<C>
    {
        sum = TReducer.Step(sum, Vector.Load(x));
        sum = TReducer.Step(sum, Vector.Load(x + stride));
        sum = TReducer.Step(sum, Vector.Load(x + (2 * stride)));
        return TReducer.Step(sum, Vector.Load(x + (3 * stride)));
    }

    /// <summary>The fold of a vector's lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static C Across<TReducer, C>(Vector<C> lanes)
        where TReducer : struct, IReducer
        where C : unmanaged, INumber<C>
    {
        Vector128<C> q = Vector<byte>.Count == 32 ? TReducer.Merge(lanes.AsVector256().GetLower(), lanes.AsVector256().GetUpper())
            : Vector<byte>.Count == 64 ? Quarter<TReducer, C>(lanes.AsVector512())
            : lanes.AsVector128();
        q = TReducer.Merge(q, Vector128.Shuffle(q.AsUInt64(), Vector128.Create(1UL, 0)).As<ulong, C>());
        if (sizeof(C) <= 4)
        {
            q = TReducer.Merge(q, Vector128.Shuffle(q.AsUInt32(), Vector128.Create(1U, 0, 3, 2)).As<uint, C>());
        }

        if (sizeof(C) <= 2)
        {
            q = TReducer.Merge(q, (q.AsUInt32() >> 16).As<uint, C>());
        }

        if (sizeof(C) == 1)
        {
            q = TReducer.Merge(q, (q.AsUInt16() >> 8).As<ushort, C>());
        }

        return q.ToScalar();
    }

    private static Vector128<C> Quarter<TReducer, C>(Vector512<C> lanes)
        where TReducer : struct, IReducer
        where C : unmanaged, INumber<C> =>
        TReducer.Merge(
            TReducer.Merge(lanes.GetLower().GetLower(), lanes.GetLower().GetUpper()), TReducer.Merge(lanes.GetUpper().GetLower(), lanes.GetUpper().GetUpper()));
}
