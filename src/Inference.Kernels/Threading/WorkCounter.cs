using System.Runtime.CompilerServices;

namespace Inference.Kernels.Threading;

/// <summary>Counts the work of a long serial loop and checks the thread's <see cref="KernelControl"/> every few milliseconds. Costs an addition and a branch per call.</summary>
/// <remarks>
/// Steps that take more than a nanosecond count as the units of constants named …Work: estimates, which place the looks and change nothing else. What passed between two looks
/// of each operator is in benchmarks/results/limits.md.
/// </remarks>
internal struct WorkCounter
{
    // Products on one thread do 3 to 13 times as many (benchmarks/results/engine.md: f32 54 and int8 203 at 512×512×512); machines without wide vectors do as many.
    /// <summary>Multiply-adds that count as a unit of work.</summary>
    public const int MultiplyAdds = 16;

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
