using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Threading;

namespace Inference.Operators.Sorting;

/// <summary>The best k of the elements offered, in memory of the caller: a heap with the worst on top.</summary>
internal unsafe struct TopHeap<C>(long* indices, C* values, int capacity, bool largest)
    where C : unmanaged, INumber<C>
{
    private int _count;

    public void Clear() => _count = 0;

    public readonly long Index(int position) => indices[position];

    public void Offer(C value, long index)
    {
        if (_count < capacity)
        {
            Up(_count++, value, index);
        }
        else if (Better(value, index, values[0], indices[0]))
        {
            Down(0, _count, value, index);
        }
    }

    /// <summary>Orders what is held best first.</summary>
    public readonly void Sort(ref WorkCounter work)
    {
        int deep = 4 * (1 + BitOperations.Log2((uint)Math.Max(_count, 1)));
        for (int end = _count - 1; end > 0; end--)
        {
            work.Add(deep);
            C value = values[end];
            long index = indices[end];
            (values[end], indices[end]) = (values[0], indices[0]);
            Down(0, end, value, index);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly bool Better(C a, long i, C b, long j)
    {
        if (a == b)
        {
            return i < j;
        }

        bool greater = a > b;
        if (!greater && !(a < b))
        {
            // NaN is on one side at least.
            bool first = C.IsNaN(a);
            if (first && C.IsNaN(b))
            {
                return i < j;
            }

            greater = first;
        }

        return greater == largest;
    }

    private readonly void Up(int at, C value, long index)
    {
        while (at > 0)
        {
            int parent = (at - 1) / 2;
            if (!Better(values[parent], indices[parent], value, index))
            {
                break;
            }

            values[at] = values[parent];
            indices[at] = indices[parent];
            at = parent;
        }

        values[at] = value;
        indices[at] = index;
    }

    private readonly void Down(int at, int count, C value, long index)
    {
        while ((2 * at) + 1 < count)
        {
            int child = (2 * at) + 1;
            if (child + 1 < count && Better(values[child], indices[child], values[child + 1], indices[child + 1]))
            {
                child++;
            }

            if (!Better(value, index, values[child], indices[child]))
            {
                break;
            }

            values[at] = values[child];
            indices[at] = indices[child];
            at = child;
        }

        values[at] = value;
        indices[at] = index;
    }
}
