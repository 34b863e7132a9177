using System.Runtime.CompilerServices;

namespace Inference.Kernels.Threading;

/// <summary>A pool thread: looks for a job, spins a little, then parks until a caller wakes it.</summary>
internal sealed class Worker
{
    // Longer than most gaps between two parallel operators, and between two runs of a busy caller: waking a parked thread takes as long as tens of microseconds of work
    // (benchmarks/results/engine.md, Threads).
    private static readonly long s_spinTicks = TimeProvider.System.TimestampFrequency * 400 / 1_000_000;

    // After that a spinning worker offers its processor to others at each look: where there are more threads than processors, its own caller may be waiting for it.
    private static readonly long s_politeTicks = TimeProvider.System.TimestampFrequency * 20 / 1_000_000;

    // The clock is read once for so many pauses.
    private const int PausesPerLook = 16;

    private static int s_spinning;

    private readonly JobSlot[] _slots;
    private readonly ManualResetEventSlim _signal = new(false, spinCount: 0);
    private int _parked;

    public Worker(JobSlot[] slots, int number)
    {
        _slots = slots;
        // Kernels keep some KB on the stack; 1 MB is what threads have elsewhere.
        new Thread(Loop, maxStackSize: 1 << 20) { IsBackground = true, Name = $"inference-worker-{number}" }.UnsafeStart();
    }

    /// <summary>Workers that would notice a new job without being woken.</summary>
    public static int Spinning => Volatile.Read(ref s_spinning);

    /// <summary>Wakes this worker if it is parked.</summary>
    public bool TryWake()
    {
        if (Volatile.Read(ref _parked) == 1 && Interlocked.Exchange(ref _parked, 0) == 1)
        {
            _signal.Set();
            return true;
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Loop()
    {
        WorkerPool.EnterWorkerThread();
        Interlocked.Increment(ref s_spinning);
        int pauses = 0;
        long idleSince = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (HasWork())
            {
                Interlocked.Decrement(ref s_spinning);
                foreach (JobSlot slot in _slots)
                {
                    slot.TryJoin();
                }

                Interlocked.Increment(ref s_spinning);
                idleSince = TimeProvider.System.GetTimestamp();
                continue;
            }

            Thread.SpinWait(1);
            if (++pauses >= PausesPerLook)
            {
                pauses = 0;
                long idle = TimeProvider.System.GetTimestamp() - idleSince;
                if (idle > s_spinTicks)
                {
                    Park();
                    idleSince = TimeProvider.System.GetTimestamp();
                }
                else if (idle > s_politeTicks)
                {
                    Thread.Yield();
                }
            }
        }
    }

    private void Park()
    {
        Interlocked.Decrement(ref s_spinning);
        _signal.Reset();
        // Full fence: a job opened before this line is seen below, one opened after it sees the flag.
        Interlocked.Exchange(ref _parked, 1);
        if (!HasWork())
        {
            _signal.Wait();
        }

        Volatile.Write(ref _parked, 0);
        Interlocked.Increment(ref s_spinning);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool HasWork()
    {
        foreach (JobSlot slot in _slots)
        {
            if (slot.HasWork)
            {
                return true;
            }
        }

        return false;
    }
}
