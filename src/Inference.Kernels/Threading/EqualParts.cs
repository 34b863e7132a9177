namespace Inference.Kernels.Threading;

/// <summary>Divides a number of tasks into parts whose sizes differ by one at most.</summary>
internal static class EqualParts
{
    /// <summary>The first task of a part: ⌊tasks · part / parts⌋, which no intermediate product exceeds.</summary>
    /// <param name="tasks">All tasks, 0 or more.</param>
    /// <param name="part">The part, from 0 to <paramref name="parts"/>; the last of these is the end of all.</param>
    /// <param name="parts">The number of parts, 1 or more.</param>
    public static long Start(long tasks, int part, int parts)
    {
        (long each, long rest) = Math.DivRem(tasks, parts);
        return (each * part) + (rest * part / parts);
    }
}
