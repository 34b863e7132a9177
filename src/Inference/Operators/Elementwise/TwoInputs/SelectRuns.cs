using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Operators.Typed;

namespace Inference.Operators.Elementwise.TwoInputs;

/// <summary>y = condition ? a : b over the runs of a broadcast, by the bits of elements; each operand is dense within a run, or one value.</summary>
internal readonly unsafe struct SelectRuns<T>(T* y) : IRunBody
    where T : unmanaged
{
    public void Run(in RunOperands run, long at, long count)
    {
        byte* choose = run.Data<byte>(0);
        if (run.Stride(0) == 0)
        {
            int chosen = *choose != 0 ? 1 : 2;
            Copy(run.Data<T>(chosen), run.Stride(chosen), y + at, count);
        }
        else if (Vector<T>.IsSupported)
        {
            Vectors(choose, run.Data<T>(1), run.Stride(1), run.Data<T>(2), run.Stride(2), y + at, count);
        }
        else
        {
            OneByOne(choose, run.Data<T>(1), run.Stride(1), run.Data<T>(2), run.Stride(2), y + at, count);
        }
    }

    private static void Copy(T* from, long stride, T* to, long count)
    {
        if (stride == 0)
        {
            new Span<T>(to, (int)count).Fill(*from);
        }
        else
        {
            new ReadOnlySpan<T>(from, (int)count).CopyTo(new Span<T>(to, (int)count));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OneByOne(byte* choose, T* left, long strideA, T* right, long strideB, T* to, long count)
    {
        for (long i = 0; i < count; i++)
        {
            to[i] = choose[i] != 0 ? left[i * strideA] : right[i * strideB];
        }
    }

    // A vector of conditions becomes as many vectors of masks as an element has bytes.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Vectors(byte* choose, T* left, long strideA, T* right, long strideB, T* to, long count)
    {
        long i = 0;
        for (; i + Vector<byte>.Count <= count; i += Vector<byte>.Count)
        {
            Vector<sbyte> other = Vector.Equals(Vector.Load(choose + i), Vector<byte>.Zero).As<byte, sbyte>();
            T* pa = left + (i * strideA);
            T* pb = right + (i * strideB);
            if (sizeof(T) == 1)
            {
                Store(other.As<sbyte, T>(), pa, strideA, pb, strideB, to + i, 0);
                continue;
            }

            Vector.Widen(other, out Vector<short> low, out Vector<short> high);
            Shorts(low, pa, strideA, pb, strideB, to + i, 0);
            Shorts(high, pa, strideA, pb, strideB, to + i, sizeof(T) / 2);
        }

        OneByOne(choose + i, left + (i * strideA), strideA, right + (i * strideB), strideB, to + i, count - i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Shorts(Vector<short> other, T* left, long strideA, T* right, long strideB, T* to, int vector)
    {
        if (sizeof(T) == 2)
        {
            Store(other.As<short, T>(), left, strideA, right, strideB, to, vector);
            return;
        }

        Vector.Widen(other, out Vector<int> low, out Vector<int> high);
        if (sizeof(T) == 4)
        {
            Store(low.As<int, T>(), left, strideA, right, strideB, to, vector);
            Store(high.As<int, T>(), left, strideA, right, strideB, to, vector + 1);
            return;
        }

        Longs(low, left, strideA, right, strideB, to, vector);
        Longs(high, left, strideA, right, strideB, to, vector + 2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Longs(Vector<int> other, T* left, long strideA, T* right, long strideB, T* to, int vector)
    {
        Vector.Widen(other, out Vector<long> low, out Vector<long> high);
        Store(low.As<long, T>(), left, strideA, right, strideB, to, vector);
        Store(high.As<long, T>(), left, strideA, right, strideB, to, vector + 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector<T> other, T* left, long strideA, T* right, long strideB, T* to, int vector)
    {
        int first = vector * Vector<T>.Count;
        Vector<T> x = strideA == 0 ? new Vector<T>(*left) : Vector.Load(left + first);
        Vector<T> z = strideB == 0 ? new Vector<T>(*right) : Vector.Load(right + first);
        Vector.ConditionalSelect(other, z, x).Store(to + first);
    }
}
