using System.Runtime.CompilerServices;

namespace Inference.Kernels.Threading;

/// <summary>Counts the work of a long serial loop and asks the thread's <see cref="KernelControl"/> after each few milliseconds of it. Costs an addition and a branch a call.</summary>
internal struct WorkCounter
{
    // About 1 ms where a unit of work takes a nanosecond, and 10 where it takes ten.
    private const long BetweenLooks = 1_000_000;
    private long _done;

    /// <summary>Adds work.</summary>
    /// <param name="work">About a nanosecond each; at most some millions at a time, so cut longer work.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(long work)
    {
        if ((_done += work) > BetweenLooks)
        {
            Look();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Look()
    {
        _done = 0;
        KernelControl.Poll();
    }
}
