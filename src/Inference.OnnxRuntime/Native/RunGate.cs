namespace Inference.OnnxRuntime.Native;

/// <summary>Counts runs in flight, so that a session is released once, when it is closed and the last run has ended. Thread-safe.</summary>
internal sealed class RunGate(Action release)
{
    private const int Closed = int.MinValue;
    private int _state;
    private int _released;

    /// <summary>Begins a run.</summary>
    /// <exception cref="ObjectDisposedException">The gate is closed.</exception>
    public void Enter(string name)
    {
        if (Interlocked.Increment(ref _state) < 0)
        {
            Exit();
            throw new ObjectDisposedException(name);
        }
    }

    /// <summary>Ends a run.</summary>
    public void Exit()
    {
        if (Interlocked.Decrement(ref _state) == Closed)
        {
            Release();
        }
    }

    /// <summary>Prevents further runs.</summary>
    public void Close()
    {
        if (Interlocked.Or(ref _state, Closed) == 0)
        {
            Release();
        }
    }

    // A late run is counted briefly, so the count may reach its final value more than once.
    private void Release()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0)
        {
            release();
        }
    }
}
