using Inference.Kernels.Threading;

namespace Inference.Operators.Sorting;

/// <summary>Compares slices of a tensor [outer, size, inner] by their elements in order; equal slices by position.</summary>
internal sealed class SliceComparer<T>(T[] values, long outer, long size, long inner, Comparison<T> comparison) : IComparer<int>, IEqualityComparer<int>
{
    private const int CompareWork = 10;
    private WorkCounter _work;

    public int Compare(int x, int y)
    {
        int order = CompareElements(x, y);
        return order != 0 ? order : x.CompareTo(y);
    }

    public bool Equals(int x, int y) => CompareElements(x, y) == 0;

    public int GetHashCode(int obj) => 0;

    private int CompareElements(int x, int y)
    {
        for (long o = 0; o < outer; o++)
        {
            long a = ((o * size) + x) * inner;
            long b = ((o * size) + y) * inner;
            _work.Add(CompareWork);
            for (long i = 0; i < inner; i++)
            {
                _work.Add(1);
                int order = comparison(values[a + i], values[b + i]);
                if (order != 0)
                {
                    return order;
                }
            }
        }

        return 0;
    }
}
