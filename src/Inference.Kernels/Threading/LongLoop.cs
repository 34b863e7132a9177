using System.Runtime.CompilerServices;

namespace Inference.Kernels.Threading;

/// <summary>
/// Divides a loop over very many elements, so that the run can be stopped between its parts; a loop of usual length costs one more comparison:
/// <c>for (nint i = 0; i &lt; end;) { nint stop = LongLoop.Next(i, end); for (; i &lt; stop; i += lanes) { … } }</c>
/// </summary>
/// <remarks>Not for a loop whose vectors stay in registers: the call would spill them. See <see cref="IWatch"/> for those.</remarks>
internal static class LongLoop
{
    /// <summary>Elements of a part: a multiple of every step that kernels take, and a millisecond or less where they come from memory.</summary>
    public const int Part = 1 << 18;

    /// <summary>Where to pause: <paramref name="end"/>, or before it after a part.</summary>
    /// <param name="from">Where the loop is.</param>
    /// <param name="end">Where it ends.</param>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint Next(nint from, nint end) => end - from <= Part ? end : Cut(from);

    /// <summary>Asks the run before a loop over very many elements that is not cut: sums kept in registers over a call would cost every short loop.</summary>
    /// <param name="count">Elements of the loop.</param>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Before(nint count)
    {
        if (count > Part)
        {
            Cut(0);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint Cut(nint from)
    {
        KernelControl.Poll();
        return from + Part;
    }
}
