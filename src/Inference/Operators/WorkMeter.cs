using System.Runtime.CompilerServices;

namespace Inference.Operators;

/// <summary>Counts the work of a loop and looks every few milliseconds whether the run is to stop. Work is in steps of about a nanosecond: an element moved, compared or added.</summary>
internal struct WorkMeter(KernelContext context)
{
    private const long Portion = 1 << 20;

    private long _left = Portion;

    /// <summary>Counts steps that were made or are about to be.</summary>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    /// <exception cref="DeadlineExceededException">The time is up.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Spend(long steps)
    {
        _left -= steps;
        if (_left < 0)
        {
            Look();
        }
    }

    private void Look()
    {
        _left = Portion;
        context.ThrowIfCancelled();
    }
}
