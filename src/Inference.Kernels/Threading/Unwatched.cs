using System.Runtime.CompilerServices;

namespace Inference.Kernels.Threading;

/// <summary>Never checks whether the run is stopped: for rows of at most <see cref="LongLoop.Part"/> elements.</summary>
internal readonly struct Unwatched : IWatch
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void At(nint index)
    {
    }
}
