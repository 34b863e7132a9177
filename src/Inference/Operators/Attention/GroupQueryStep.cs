namespace Inference.Operators.Attention;

/// <summary>Which keys and values one sequence of a batch attends, and which of them its present keeps.</summary>
/// <param name="PastRows">Rows taken from the front of the past; fresh ones follow.</param>
/// <param name="First">The position in the sequence of the first row attended.</param>
/// <param name="Position">The position in the sequence of the first query.</param>
/// <param name="Length">T: the sequence's length.</param>
/// <param name="Kept">Of the rows attended, how many the present keeps, the last ones.</param>
internal readonly record struct GroupQueryStep(long PastRows, long First, long Position, long Length, long Kept)
{
    /// <summary>The step of a sequence whose whole past is held.</summary>
    public static GroupQueryStep Whole(in GroupQuerySizes s, long length)
    {
        long before = Math.Max(length - s.Rows, 0);
        long past = s.Fresh == 0 ? length : s.IsFirst ? 0 : before;
        return new(past, 0, s.IsFirst ? 0 : before, length, past + s.Fresh);
    }

    /// <summary>
    /// The step of a sequence of which a cache of C rows holds the newest: of T positions L(T) = T where T ≤ C, else T − G·⌈(T − C) / G⌉ with G = C − W + 1, so that a window of W
    /// is always held and G rows are given up at once.
    /// </summary>
    public static GroupQueryStep Sliding(in GroupQuerySizes s, long length, long window)
    {
        long before = Math.Max(length - s.Rows, 0);
        long held = Held(before, s.Past, window);
        return new(held, before - held, before, length, Held(before + s.Rows, s.Past, window));
    }

    private static long Held(long length, long capacity, long window)
    {
        long gap = capacity - window + 1;
        return length <= capacity ? length : length - gap * ((length - capacity + gap - 1) / gap);
    }
}
