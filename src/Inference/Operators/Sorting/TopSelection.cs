using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Operators.Reduction;

namespace Inference.Operators.Sorting;

/// <summary>Finds the few elements among which the k largest are.</summary>
internal static unsafe class TopSelection
{
    // Groups whose largest elements are compared: for each of the k so many, so that few of the k share a group.
    private const int GroupsPerElement = 4;

    // Below so many elements for each of the k, all are candidates.
    private const int LeastPerElement = 8;

    // Candidates beyond the k that are sorted sooner than the bound is found that leaves them out.
    private const int FewMore = 2;

    /// <summary>Room for the largest of each group, elements.</summary>
    public static int Groups<K>(int count, int k)
        where K : unmanaged => Candidates(count, k) ? Math.Min(count, (2 * GroupsPerElement * k) + (4 * Vector<K>.Count)) : 0;

    /// <summary>Lists, in ascending order, the positions of keys that are at least as large as a bound which at least k keys reach; returns how many there are.</summary>
    /// <param name="keys">Keys.</param>
    /// <param name="count">Keys.</param>
    /// <param name="k">1 to count.</param>
    /// <param name="groups">Room for <see cref="Groups"/>.</param>
    /// <param name="positions">Room for count positions.</param>
    public static int Run<K>(K* keys, int count, int k, K* groups, int* positions)
        where K : unmanaged, IBinaryInteger<K>, IMinMaxValue<K>
    {
        if (!Candidates(count, k))
        {
            for (int i = 0; i < count; i++)
            {
                positions[i] = i;
            }

            return count;
        }

        int made = Largest(keys, count, Math.Max(1, count / (GroupsPerElement * k)), groups);
        return Collect(keys, count, Bound(groups, made, k), positions);
    }

    private static bool Candidates(int count, int k) => count / LeastPerElement >= k && count >= 8 * LeastPerElement;

    // The largest of each group: lanes of as many vectors that follow each other. Elements beyond whole groups are groups of their own vectors.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Largest<K>(K* keys, int count, int perGroup, K* groups)
        where K : unmanaged, IBinaryInteger<K>
    {
        int lanes = Vector<K>.Count;
        int made = 0;
        int i = 0;
        while (i <= count - lanes)
        {
            Vector<K> largest = Vector.Load(keys + i);
            int end = Math.Min(count - lanes, i + (lanes * (perGroup - 1)));
            for (i += lanes; i <= end; i += lanes)
            {
                largest = Vector.Max(largest, Vector.Load(keys + i));
            }

            largest.Store(groups + made);
            made += lanes;
        }

        return made;
    }

    // The largest key that at least k groups reach, or a smaller one that few more do, by halving the range of keys.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static K Bound<K>(K* groups, int count, int k)
        where K : unmanaged, IBinaryInteger<K>, IMinMaxValue<K>
    {
        Vector<K> least = Vector.Load(groups);
        Vector<K> most = least;
        for (int i = Vector<K>.Count; i < count; i += Vector<K>.Count)
        {
            least = Vector.Min(least, Vector.Load(groups + i));
            most = Vector.Max(most, Vector.Load(groups + i));
        }

        K low = ReductionRun.Across<Reducers.Min, K>(least);
        K high = ReductionRun.Across<Reducers.Max, K>(most);
        while (low < high)
        {
            // Rounded up, without overflow.
            K middle = (low | high) - ((low ^ high) >> 1);
            int reach = Reach(groups, count, middle);
            if (reach < k)
            {
                high = middle - K.One;
                continue;
            }

            low = middle;
            if (reach <= k + (k / 8) + FewMore)
            {
                break;
            }
        }

        return low;
    }

    private static int Reach<K>(K* groups, int count, K bound)
        where K : unmanaged, IBinaryInteger<K>
    {
        // Masks are −1 where a group reaches the bound; counts are whole vectors.
        var bounds = new Vector<K>(bound);
        Vector<K> sums = Vector<K>.Zero;
        for (int i = 0; i < count; i += Vector<K>.Count)
        {
            sums -= Vector.GreaterThanOrEqual(Vector.Load(groups + i), bounds);
        }

        return int.CreateTruncating(Vector.Sum(sums));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Collect<K>(K* keys, int count, K bound, int* positions)
        where K : unmanaged, IBinaryInteger<K>
    {
        var bounds = new Vector<K>(bound);
        int lanes = Vector<K>.Count;
        int found = 0;
        int i = 0;
        for (; i <= count - (4 * lanes); i += 4 * lanes)
        {
            Vector<K> a = Vector.Max(Vector.Load(keys + i), Vector.Load(keys + i + lanes));
            Vector<K> b = Vector.Max(Vector.Load(keys + i + (2 * lanes)), Vector.Load(keys + i + (3 * lanes)));
            if (Vector.GreaterThanOrEqualAny(Vector.Max(a, b), bounds))
            {
                for (int at = i; at < i + (4 * lanes); at++)
                {
                    positions[found] = at;
                    found += keys[at] >= bound ? 1 : 0;
                }
            }
        }

        for (; i < count; i++)
        {
            positions[found] = i;
            found += keys[i] >= bound ? 1 : 0;
        }

        return found;
    }
}
