namespace Inference.Kernels.Threading;

/// <summary>A pool thread: looks for a job, spins a little, then parks until a caller wakes it.</summary>
internal sealed class Worker
{
    // About 60 µs of pauses: longer than the gap between two operators of one run, shorter than a scheduler tick.
    private const int SpinsBeforePark = 1500;

    private static int s_spinning;

    private readonly JobSlot[] _slots;
    private readonly ManualResetEventSlim _signal = new(false, spinCount: 0);
    private int _parked;

    public Worker(JobSlot[] slots, int number)
    {
        _slots = slots;
        new Thread(Loop, maxStackSize: 1 << 20) { IsBackground = true, Name = $"inference-worker-{number}" }.UnsafeStart();
    }

    /// <summary>Workers that would notice a new job by themselves.</summary>
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

    private void Loop()
    {
        WorkerPool.EnterWorkerThread();
        Interlocked.Increment(ref s_spinning);
        int spins = 0;
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
                spins = 0;
            }
            else if (++spins < SpinsBeforePark)
            {
                Thread.SpinWait(1);
            }
            else
            {
                Park();
                spins = 0;
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
