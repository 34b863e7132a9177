namespace Inference.Serving;

/// <summary>Counts runs in flight so that disposing lets them finish. Thread-safe.</summary>
internal sealed class RunGate(string model, Action release)
{
    private const long Closed = 1L << 62;
    private long _state;

    /// <summary>Enters a run.</summary>
    /// <exception cref="ObjectDisposedException">The runner was disposed.</exception>
    public void Enter()
    {
        if (Interlocked.Increment(ref _state) >= Closed)
        {
            Exit();
            throw new ObjectDisposedException($"IModelRunner '{model}'", "The runner was disposed; load the model again to run it.");
        }
    }

    public void Exit()
    {
        if (Interlocked.Decrement(ref _state) == Closed)
        {
            Release();
        }
    }

    /// <summary>Lets no run in any more and releases when the last one is out.</summary>
    public void Close()
    {
        long state = Volatile.Read(ref _state);
        while (state < Closed)
        {
            long seen = Interlocked.CompareExchange(ref _state, state + Closed, state);
            if (seen == state)
            {
                if (state == 0)
                {
                    Release();
                }

                return;
            }

            state = seen;
        }
    }

    private void Release()
    {
        // Released stays above Closed, so that late calls are turned away and the release happens once.
        if (Interlocked.CompareExchange(ref _state, Closed * 1 + (1L << 40), Closed) == Closed)
        {
            release();
        }
    }
}
